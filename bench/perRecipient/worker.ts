import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { rendererFor } from '../../activities/mail/renderer.ts';
import { roleUrl } from '../../db/roles.ts';
import { openDatabase } from '../../db/transaction.ts';
import { readEnvironment } from '../../providers/environment.ts';
import { lanePool } from '../../providers/mail/lanePool.ts';
import { createTemplates } from '../../providers/templates.ts';
import { vault } from '../../providers/vault.ts';
import { failureConverterPath, openHistories } from '../../workers/histories.ts';
import { connectNative } from '../../workers/temporal.ts';
import { connections, definition } from '../outreach.ts';
import { perRecipientActivities } from './activities.ts';
import { taskQueue } from './taskQueue.ts';

// A worker process with as many slots and connections as the product's, for the workflow of each recipient.
const logger = new DefaultLogger('WARN');
Runtime.install({ logger });
const environment = readEnvironment(process.env);
const secrets = vault(environment.keys.vaultKeys);
const db = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_app'), max: 20 });
const pool = lanePool({ perAccount: connections, idleMs: 30_000 });
const histories = openHistories({
  databaseUrl: roleUrl(environment.DATABASE_URL, 'decorum_app'),
  vault: secrets,
  codecKeys: environment.keys.codecKeys,
  onTrouble: (error) => logger.warn('the keys of the histories cannot be reached', { error }),
});
const connection = await connectNative(environment);
const worker = await Worker.create({
  connection,
  namespace: environment.TEMPORAL_NAMESPACE,
  taskQueue,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: new URL('workflow.ts', import.meta.url).pathname,
    failureConverterPath,
    logger,
  }),
  activities: perRecipientActivities({
    db,
    vault: secrets,
    pool,
    rendererOf: rendererFor({
      templates: createTemplates(),
      vault: secrets,
      linkKeys: environment.keys.linkKeys,
      publicUrl: environment.PUBLIC_URL,
      inboundDomain: environment.INBOUND_DOMAIN,
      now: () => new Date(),
    }),
    definition,
  }),
  dataConverter: histories.ofWorkers,
  maxConcurrentActivityTaskExecutions: 100,
  maxCachedWorkflows: 2_000,
});
console.log('ready');
try {
  await worker.run(); // ends on SIGTERM
} finally {
  pool.close();
  await Promise.all([db.close(), histories.close(), connection.close()]);
}
