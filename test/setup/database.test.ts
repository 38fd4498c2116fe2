import pg from 'pg';
import { testDatabase } from './database.ts';

test('each test gets a migrated database of its own', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  const client = new pg.Client({ connectionString: one.ownerUrl });
  await client.connect();
  const { rows } = await client.query<{ tables: string }>("select count(*) as tables from pg_tables where schemaname = 'public'");
  expect(Number(rows[0]?.tables)).toBeGreaterThan(1);
  await client.end();
  expect(one.ownerUrl).not.toBe(other.ownerUrl);
  await Promise.all([one.drop(), other.drop()]);
});
