import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { openDispatcherDatabase } from '../db/dispatching.ts';
import { roleUrl } from '../db/roles.ts';
import { openDatabase } from '../db/transaction.ts';
import { clearanceSigner } from '../providers/clearanceSignature.ts';
import { openBackups } from '../providers/backup/open.ts';
import { readEnvironment } from '../providers/environment.ts';
import { bounceAddressOf } from '../providers/linkToken.ts';
import { processLog } from '../providers/log.ts';
import { guardedConnect } from '../providers/mail/guardedServer.ts';
import { outboundGuard } from '../providers/outboundGuard.ts';
import { metricsServer, processMetrics } from '../providers/metrics.ts';
import { lanePool } from '../providers/mail/lanePool.ts';
import { systemMailOf } from '../providers/mail/systemMail.ts';
import { createTemplates } from '../providers/templates.ts';
import { vault } from '../providers/vault.ts';
import { rendererFor } from '../activities/mail/renderer.ts';
import { answersSoon } from '../db/answering.ts';
import { allActivities } from './activities.ts';
import { activityMetrics } from './activityMetrics.ts';
import { watchAuditor } from './auditorWatch.ts';
import { createDispatcher } from './dispatcher.ts';
import { dispatchLoop } from './dispatchLoop.ts';
import { faultPoints } from './faults.ts';
import { ledgerLoop } from './ledgerLoop.ts';
import { keepSchedules, standingOf } from './schedules.ts';
import { temporalExecutions } from './executions.ts';
import { failureConverterPath, openHistories } from './histories.ts';
import { connectClient, connectNative } from './temporal.ts';

/** Queues by kind of wait: a legal clock never stands behind mail, an import never before it. */
const queues = { legal: 20, outreach: 40, mail: 100, bulk: 4 } as const;

const environment = readEnvironment(process.env);
const log = processLog('worker', environment.LOG_LEVEL);
Runtime.install({
  logger: new DefaultLogger('WARN', ({ message, meta }) =>
    log.warn({ err: meta?.error, workflowId: meta?.workflowId, activity: meta?.activityType }, message),
  ),
  // The SDK's core would write to stderr by itself, past whatever takes addresses out of our lines.
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }), forward: {} } },
});

const onError = (error: Error) => log.warn({ err: error }, 'an idle database connection was lost');
const db = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_app'), max: 20, onError });
const billing = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_billing'), max: 2, onError });
const dispatcherDb = openDispatcherDatabase(roleUrl(environment.DATABASE_URL, 'decorum_dispatcher'), onError);
const secrets = vault(environment.keys.vaultKeys);
const histories = openHistories({
  databaseUrl: roleUrl(environment.DATABASE_URL, 'decorum_app'),
  vault: secrets,
  codecKeys: environment.keys.codecKeys,
  onTrouble: (error) => log.warn({ err: error }, 'the keys of the histories cannot be reached'),
});
const client = await connectClient(environment, histories.ofClients);
const dispatcher = createDispatcher({ client, db: dispatcherDb, log });
const outbound = outboundGuard(environment.OUTBOUND_ALLOWED);
// As many as a mailbox may have in all its lanes (api/routes/mailboxes.ts): its own settings are the limit.
const pool = lanePool({ perAccount: 8 * 50, idleMs: 30_000 }, guardedConnect(outbound));

const { SYSTEM_SMTP_URL: systemSmtp, SYSTEM_MAIL_FROM: systemFrom } = environment;
const letters =
  systemSmtp !== undefined && systemFrom !== undefined
    ? {
        mail: systemMailOf(systemSmtp, systemFrom),
        linkKeys: environment.keys.linkKeys,
        publicUrl: environment.PUBLIC_URL,
      }
    : undefined;
const backups = openBackups(environment);
const backupWorld = backups && {
  ...backups,
  ownerUrl: environment.DATABASE_URL,
  db,
  vault: secrets,
  addressKey: environment.keys.addressKey,
  now: () => new Date(),
  log,
};
const activities = allActivities({
  db,
  billing,
  dispatch: dispatcher,
  vault: secrets,
  outbound,
  pool,
  rendererOf: rendererFor({
    templates: createTemplates(),
    vault: secrets,
    linkKeys: environment.keys.linkKeys,
    publicUrl: environment.PUBLIC_URL,
    inboundDomain: environment.INBOUND_DOMAIN,
    now: () => new Date(),
  }),
  fault: faultPoints(environment.DECORUM_FAULT_FOLDER),
  random: Math.random,
  monotonicMs: () => performance.now(),
  now: () => new Date(),
  addressKey: environment.keys.addressKey,
  auditSigner: clearanceSigner(environment.keys.auditSeeds),
  usageDays: environment.USAGE_DAYS,
  registryFolder: environment.REGISTRY_FOLDER,
  registryUrl: environment.REGISTRY_URL,
  bounceAddress: bounceAddressOf(environment.keys.linkKeys, environment.INBOUND_DOMAIN),
  letters,
  deletion: {
    db,
    vault: secrets,
    executions: temporalExecutions(client, environment.TEMPORAL_NAMESPACE),
    certificates: clearanceSigner(environment.keys.certificateSeeds),
    backupStore: backups?.store,
    ledger: backups?.ledger,
    addressKey: environment.keys.addressKey,
    letters,
    alarmTo: environment.ALARM_MAIL_TO,
    erases: { batchRows: 5_000, forMs: 50_000 }, // some tens of milliseconds a batch, after which a hold that waits is let in
    monotonicMs: () => performance.now(),
    now: () => new Date(),
  },
  backups: backupWorld,
});

const workflowBundle: WorkflowBundleOption = environment.WORKFLOW_BUNDLE
  ? { codePath: environment.WORKFLOW_BUNDLE }
  : await bundleWorkflowCode({
      workflowsPath: new URL('../workflows/index.ts', import.meta.url).pathname,
      failureConverterPath,
    });
const metrics = processMetrics('worker');
const interceptors = { activity: [activityMetrics(metrics, () => performance.now())] }; // of all queues: a metric is registered once
const connection = await connectNative(environment);
const workers = await Promise.all(
  Object.entries(queues).map(([taskQueue, maxConcurrentActivityTaskExecutions]) =>
    Worker.create({
      connection,
      namespace: environment.TEMPORAL_NAMESPACE,
      taskQueue,
      workflowBundle,
      activities,
      dataConverter: histories.ofWorkers,
      interceptors,
      maxConcurrentActivityTaskExecutions,
      maxCachedWorkflows: 500,
      shutdownGraceTime: '5 seconds',
    }),
  ),
);

await keepSchedules(client, standingOf(environment));
const stopping = new AbortController();
const comparing = backupWorld && ledgerLoop(backupWorld, stopping.signal);
const dispatching = dispatchLoop({
  client,
  namespace: environment.TEMPORAL_NAMESPACE,
  db: dispatcherDb,
  dispatcher,
  log,
  signal: stopping.signal,
});
const watching = watchAuditor(
  { db, mail: letters?.mail, alarmTo: environment.ALARM_MAIL_TO, publicUrl: environment.PUBLIC_URL, log, now: () => new Date() },
  stopping.signal,
);
const inside = metricsServer(metrics, async () => {
  const resting = workers.find((worker) => worker.getState() !== 'RUNNING');
  if (resting) return `the worker of ${resting.options.taskQueue} is ${resting.getState()}`;
  return (await answersSoon(db)) ? null : 'the database does not answer';
});
if (environment.WORKER_METRICS_PORT !== undefined) inside.listen(environment.WORKER_METRICS_PORT, environment.METRICS_HOST);
log.info({ queues: Object.keys(queues) }, 'the worker runs');
try {
  await Promise.all(workers.map((worker) => worker.run())); // ends on SIGINT and SIGTERM
} finally {
  inside.close();
  stopping.abort();
  await Promise.all([dispatching, watching, comparing]);
  pool.close();
  await Promise.all([
    db.close(),
    billing.close(),
    histories.close(),
    dispatcherDb.close(),
    connection.close(),
    client.connection.close(),
  ]);
}
