import { randomUUID } from 'node:crypto';
import { writeLetter } from '../../db/accountLetters.ts';
import { runsOf, textOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
});
afterAll(() => world.end());

test('a letter is sent once, deleted when its link has expired, and its history names nobody', async () => {
  const tenantId = await world.newTenant();
  const address = `olga-${randomUUID()}@kites.example`;
  const letterId = await world.db.inTenant(tenantId, (tx) =>
    writeLetter(tx, { kind: 'sign_up', address, facts: { name: 'Olga', company: 'Kites Inc.' } }),
  );
  await world.rest();
  const sent = async () =>
    (await world.ask(`select from account_letters where id = $1 and sent_at is not null`, [letterId])).length === 1;
  const patient = AbortSignal.timeout(20_000);
  while (!(await sent())) patient.throwIfAborted();
  expect(world.sink.records.map(({ to }) => to)).toEqual([address]);
  // The link lives by the wall clock, and nobody waits a day here.
  await world.ask(`update account_letters set expires_at = clock_timestamp() where id = $1`, [letterId]);
  await world.pass(25 * 60 * 60_000);
  const handle = world.client.workflow.getHandle(`letter/${tenantId}/${letterId}`);
  await handle.result();
  expect(await world.ask(`select from account_letters where id = $1`, [letterId])).toEqual([]);
  expect(await world.ask(`select state from outbox where workflow_id = $1`, [handle.workflowId])).toEqual([{ state: 'closed' }]);
  expect(world.sink.records).toHaveLength(1);
  const text = textOf(await runsOf(world, handle.workflowId));
  expect(text).toContain(letterId);
  expect(text).not.toMatch(/kites/i);
});
