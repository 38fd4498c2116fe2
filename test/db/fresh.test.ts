import { World } from './world.ts';

test('a new installation knows nobody', async () => {
  const world = await World.open();
  for (const table of ['tenants', 'users', 'sessions', 'api_tokens', 'mailboxes', 'integrations']) {
    const { rows } = await world.owner.query<{ count: number }>(`select count(*) as count from ${table}`);
    expect({ table, count: rows[0]?.count }).toEqual({ table, count: 0 });
  }
  await world.close();
});
