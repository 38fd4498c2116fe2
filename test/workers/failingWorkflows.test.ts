import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { startTemporal } from '../../scripts/services/temporal.ts';
import { failingWorkflows } from '../../workers/auditor/failingWorkflows.ts';

Runtime.install({
  logger: new DefaultLogger('ERROR', () => undefined), // the failures are wanted
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

/** Within the project, where the SDK is found. */
const folder = mkdtempSync(join(__dirname, '../../.decorum/test/failing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a run whose task fails again and again is found on a real server, under its tenant', async () => {
  writeFileSync(
    join(folder, 'stuck.js'),
    `export async function stuck() { throw new TypeError('the code does not fit the history'); }`,
  );
  const logger = new DefaultLogger('ERROR', () => undefined);
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: join(folder, 'stuck.js'), logger });
  const server = await startTemporal({
    dataDir: join(folder, 'temporal'),
    uiPort: false,
    namespace: 'stuck',
    log: () => undefined,
  });
  const [connection, native] = await Promise.all([
    Connection.connect({ address: server.address }),
    NativeConnection.connect({ address: server.address }),
  ]);
  const client = new Client({ connection, namespace: 'stuck' });
  const worker = await Worker.create({ connection: native, namespace: 'stuck', taskQueue: 'stuck', workflowBundle });
  const running = worker.run();
  try {
    const tenantId = randomUUID();
    const workflowId = `mailbox/${tenantId}/${randomUUID()}`;
    await client.workflow.start('stuck', { workflowId, taskQueue: 'stuck', workflowTaskTimeout: '1 second' });
    const patient = AbortSignal.timeout(40_000);
    let seen = await failingWorkflows(client, 10);
    for (; seen.length === 0; seen = await failingWorkflows(client, 10)) {
      patient.throwIfAborted();
      await sleep(200);
    }
    expect(seen).toMatchObject([{ tenantId, subject: workflowId, facts: { type: 'stuck' } }]);
    await client.workflow.getHandle(workflowId).terminate();
  } finally {
    worker.shutdown();
    await running;
    await Promise.all([connection.close(), native.close()]);
    await server.stop();
  }
});
