import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { startTemporal, type TemporalServer } from '../../scripts/services/temporal.ts';
import { temporaryFolder } from '../../scripts/services/temporaryFolder.ts';

let folder: string;
let server: TemporalServer | undefined;
const said: string[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  said.length = 0;
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<TemporalServer> {
  server = await startTemporal({
    dataDir: folder,
    uiPort: false,
    namespace: 'kept',
    searchAttributes: { Tenant: 'KEYWORD' },
    log: (line) => said.push(line),
  });
  return server;
}

test('keeps its namespace, with 30 days of retention, over a kill', async () => {
  const first = await start();
  expect(first.fresh).toBe(true);
  first.kill();
  await first.exited;
  server = await first.restart();
  expect(server).toMatchObject({ address: first.address, fresh: false, storeLost: false });

  const connection = await Connection.connect({ address: server.address });
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'kept' });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 60 * 60);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'kept' });
  expect(Object.keys(customAttributes ?? {})).toContain('Tenant');
  await connection.close();
});

test.each([
  { name: 'cut short', damage: (file: string) => truncateSync(file, 5_000) },
  { name: 'overwritten', damage: (file: string) => writeFileSync(file, 'x'.repeat(100_000)) },
])('a store that was $name is moved aside, and said', async ({ damage }) => {
  await (await start()).stop();
  for (const journal of ['temporal.db-wal', 'temporal.db-shm']) rmSync(join(folder, journal), { force: true });
  damage(join(folder, 'temporal.db'));
  expect(await start()).toMatchObject({ fresh: true, storeLost: true });
  expect(said.join()).toContain("Temporal's store was damaged");
  expect(readdirSync(folder).join()).toContain('temporal.db.damaged-');
});
