import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type WorkflowHandle } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import pg from 'pg';
import pino from 'pino';
import type { DeletionDependencies } from '../../activities/deletion/world.ts';
import type { Fault } from '../../activities/mail/sendMessage.ts';
import type { BackupWorld } from '../../activities/backups/world.ts';
import { rendererFor } from '../../activities/mail/renderer.ts';
import { type DispatcherDatabase, openDispatcherDatabase } from '../../db/dispatching.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { clearanceSigner } from '../../providers/clearanceSignature.ts';
import { bounceAddressOf } from '../../providers/linkToken.ts';
import { lanePool } from '../../providers/mail/lanePool.ts';
import { systemMailOf } from '../../providers/mail/systemMail.ts';
import { outboundGuard } from '../../providers/outboundGuard.ts';
import { createTemplates } from '../../providers/templates.ts';
import { generateVaultKey, type Vault, vault } from '../../providers/vault.ts';
import { allActivities } from '../../workers/activities.ts';
import { createDispatcher, type Dispatcher } from '../../workers/dispatcher.ts';
import { type Histories, openHistories } from '../../workers/histories.ts';
import { newTenant } from '../builders/tenant.ts';
import { SinkServer } from '../doubles/sinkServer.ts';
import { testDatabase } from '../setup/database.ts';
import { executionsOf } from './executions.ts';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } }, // the test server is an old one, and it is told so
});
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const queues = ['legal', 'outreach', 'mail', 'bulk'] as const;
/** Longest that the world may take, in real time, to come to rest. */
const patienceMs = 30_000;

/**
 * The product on Temporal's time-skipping server: real PostgreSQL, real activities, real SMTP on loopback. Legal time is Temporal's virtual
 * time, moved by a fixed distance so that a world begins at an instant of the test's choice; it passes only in `pass` and `passUntil`.
 */
export interface World {
  readonly db: Database;
  readonly dispatcherDb: DispatcherDatabase;
  readonly dispatcher: Dispatcher;
  /** Plain: the environment's own client jumps the clock by years when it waits for a result. */
  readonly client: Client;
  readonly vault: Vault;
  /** Reads what Temporal has stored of it. */
  readonly codec: PayloadCodec;
  /** The keys as another process has them, and a client of it. */
  openHistories(): Histories;
  clientOf(histories: Histories): Client;
  readonly addressKey: Buffer;
  readonly sink: SinkServer;
  readonly smtpPort: number;
  /** Of the second road's own role. */
  readonly auditorUrl: string;
  /** Of the role that sees ids and instants over all tenants. */
  readonly watcherUrl: string;
  /** A tenant that lives by the world's clock. Answers its id. */
  newTenant(): Promise<string>;
  now(): Promise<Date>;
  /** The legal instant of an instant in a history. */
  legal(temporal: Date): Date;
  passUntil(instant: Date | string): Promise<void>;
  /** Legal time passes while Temporal's stands still: nobody is called, as when everything is down. */
  outage(ms: number): void;
  pass(ms: number): Promise<void>;
  /** Returns when everything that is owed has been delivered and looked at, and nothing is at the wire. */
  rest(): Promise<void>;
  /** A question that no tenant's wall is in the way of. */
  ask<Row>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Ends a run as a lost store would, wherever it is; false when none runs. */
  terminate(workflowId: string): Promise<boolean>;
  /** Returns when the workflow does nothing but wait: a task in the hands of a worker that is stopped would be lost to the test. */
  waits(workflowId: string): Promise<void>;
  /** Work is taken again after it was left lying; no worker runs until `startWorkers`. */
  stopWorkers(): Promise<void>;
  startWorkers(codePath?: string): Promise<void>;
  end(): Promise<void>;
}

/** Called around each activity; what it waits for, the workflow waits for. */
export type Watch = (moment: 'before' | 'after', activity: string, args: readonly unknown[]) => Promise<void> | void;

/** `forgetful`: workers keep no workflow in memory, so that other code than before is met with the history. */
export async function startWorld(options: {
  at: string;
  watch?: Watch;
  fault?: Fault;
  forgetful?: true;
  registryFolder?: string;
  registryUrl?: string;
  deletion?: Partial<DeletionDependencies>;
  backups?: (ground: Pick<BackupWorld, 'ownerUrl' | 'db' | 'vault' | 'addressKey'>) => BackupWorld;
}): Promise<World> {
  const path = process.env.DECORUM_TEST_SERVER;
  const bundle = process.env.DECORUM_WORKFLOW_BUNDLE;
  if (path === undefined || bundle === undefined)
    throw new Error('Run the tests through Jest, whose global setup finds the test server.');
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  const database = await testDatabase();
  const secrets = vault([generateVaultKey()]);
  const asHistories = {
    databaseUrl: database.appUrl,
    vault: secrets,
    codecKeys: [randomBytes(32)],
    onTrouble: (error: unknown) => log.warn({ err: error }, 'the keys of the histories cannot be reached'),
  };
  const histories = openHistories(asHistories);
  // The standing name is a machine's.
  const client = new Client({ connection: env.connection, identity: 'the product', dataConverter: histories.ofClients });
  let distance = Date.parse(options.at) - (await env.currentTimeMs());
  const legal = (temporal: Date): Date => new Date(temporal.getTime() + distance);
  const now = async (): Promise<Date> => legal(new Date(await env.currentTimeMs()));

  const db = openDatabase({ url: database.appUrl, max: 10, clock: now });
  const billing = openDatabase({ url: database.billingUrl, max: 2, clock: now });
  const dispatcherDb = openDispatcherDatabase(database.dispatcherUrl);
  const log = pino({ level: process.env.DECORUM_TEST_LOG ?? 'silent' });
  const dispatcher = createDispatcher({ client, db: dispatcherDb, log });
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  const addressKey = randomBytes(32);
  const pool = lanePool({ perAccount: 8, idleMs: 30_000 });
  const sink = new SinkServer({ seed: 1, chance: {}, slowMs: 0 });
  sink.server.listen(0, '127.0.0.1');
  await once(sink.server, 'listening');

  const letters = {
    mail: systemMailOf(`smtp://127.0.0.1:${(sink.server.address() as AddressInfo).port}`, 'decorum@system.example'),
    linkKeys: [randomBytes(32)] as const,
    publicUrl: 'https://decorum.example',
  };
  async function terminate(workflowId: string): Promise<boolean> {
    const handle = client.workflow.getHandle(workflowId);
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return false;
    await handle.terminate('its store was lost');
    const { events } = await handle.fetchHistory();
    for (let n = underWay(events ?? []); n > 0; n -= 1) await env.connection.testService?.unlockTimeSkipping({});
    return true;
  }

  const activities = allActivities({
    db,
    billing,
    dispatch: dispatcher,
    vault: secrets,
    outbound: outboundGuard(['127.0.0.0/8']),
    pool,
    rendererOf: rendererFor({
      templates: createTemplates(),
      vault: secrets,
      linkKeys: [randomBytes(32)],
      publicUrl: 'https://decorum.example',
      inboundDomain: 'inbound.example',
      now: () => new Date(options.at),
    }),
    fault: options.fault ?? (() => Promise.resolve()),
    random: () => 0.5,
    monotonicMs: () => performance.now(),
    now: () => new Date(),
    registryFolder: options.registryFolder,
    registryUrl: options.registryUrl,
    bounceAddress: bounceAddressOf([randomBytes(32)], 'inbound.example'),
    addressKey,
    auditSigner: clearanceSigner([randomBytes(32)]),
    usageDays: 90,
    backups: options.backups?.({ ownerUrl: database.ownerUrl, db, vault: secrets, addressKey }),
    letters,
    deletion: {
      db,
      vault: secrets,
      executions: executionsOf(client, terminate),
      certificates: clearanceSigner([randomBytes(32)]),
      letters,
      addressKey,
      erases: { batchRows: 100, forMs: 0 }, // a batch a call
      monotonicMs: () => performance.now(),
      now: () => new Date(),
      ...options.deletion,
    },
  });

  let running: { worker: Worker; ended: Promise<void> }[] = [];
  async function startWorkers(codePath = bundle ?? ''): Promise<void> {
    const workers = await Promise.all(
      queues.map((taskQueue) =>
        Worker.create({
          connection: env.nativeConnection,
          taskQueue,
          workflowBundle: { codePath },
          activities: watched(activities, options.watch),
          dataConverter: histories.ofWorkers,
          identity: 'a worker',
          workflowThreadPoolSize: 1,
          ...(options.forgetful && { maxCachedWorkflows: 0 }),
          shutdownGraceTime: '1 second',
        }),
      ),
    );
    running = workers.map((worker) => ({ worker, ended: worker.run() }));
  }
  async function stopWorkers(): Promise<void> {
    for (const { worker } of running) worker.shutdown();
    await Promise.all(running.map(({ ended }) => ended));
    running = [];
  }
  await startWorkers();

  const ask = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> => (await owner.query(sql, values)).rows as Row[];

  async function rest(): Promise<void> {
    const patient = AbortSignal.timeout(patienceMs);
    for (;;) {
      await dispatcher.sweep();
      const [busy] = await ask<{ reason: string }>(
        `select 'owed: ' || workflow_id as reason from outbox where state = 'open' and (wanted or delivered_at is null)
         union all select 'at the wire: ' || id from sends where state in ('claimed', 'handing') limit 1`,
      );
      if (!busy) return;
      if (patient.aborted) throw new Error(`The world does not come to rest: ${busy.reason}.`);
      await sleep(10);
    }
  }

  return {
    db,
    dispatcherDb,
    dispatcher,
    client,
    vault: secrets,
    codec: histories.codec,
    openHistories: () => openHistories(asHistories),
    clientOf: ({ ofClients }) => new Client({ connection: env.connection, dataConverter: ofClients }),
    addressKey,
    sink,
    async newTenant() {
      // A tenant that does not exist yet has no clock but the database's.
      const ground = openDatabase({ url: database.appUrl, max: 1 });
      try {
        return await newTenant(ground);
      } finally {
        await ground.close();
      }
    },
    auditorUrl: database.auditorUrl,
    watcherUrl: database.watcherUrl,
    smtpPort: (sink.server.address() as AddressInfo).port,
    now,
    legal,
    async passUntil(instant) {
      const ms = new Date(instant).getTime() - (await now()).getTime();
      if (ms > 0) await env.sleep(ms);
      await rest();
    },
    outage: (ms) => void (distance += ms),
    async pass(ms) {
      await env.sleep(ms);
      await rest();
    },
    rest,
    ask,
    terminate,
    async waits(workflowId) {
      for (const patient = AbortSignal.timeout(patienceMs); ; await sleep(20)) {
        const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
        const last = events?.at(-1);
        if (last?.timerStartedEventAttributes ?? last?.workflowTaskCompletedEventAttributes) return;
        patient.throwIfAborted();
      }
    },
    stopWorkers,
    startWorkers,
    async end() {
      await stopWorkers();
      pool.close();
      sink.server.close();
      await Promise.all([db.close(), billing.close(), histories.close(), dispatcherDb.close(), owner.end()]);
      await env.teardown();
      await database.drop();
    },
  };
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

/**
 * How much was under way in a run when it was terminated. The server stops its clock for each, and forgets to let it go on when the work's
 * workflow is terminated.
 */
function underWay(events: Events): number {
  let count = 0;
  for (const event of events) {
    if (event.workflowTaskScheduledEventAttributes ?? event.activityTaskScheduledEventAttributes) count += 1;
    if (event.workflowTaskCompletedEventAttributes ?? event.activityTaskCompletedEventAttributes) count -= 1;
  }
  return count;
}

type Activities = ReturnType<typeof allActivities>;

function watched(activities: Activities, watch: Watch | undefined): object {
  if (!watch) return activities;
  return Object.fromEntries(
    Object.entries(activities as Record<string, (...args: unknown[]) => Promise<unknown>>).map(([name, act]) => [
      name,
      async (...args: unknown[]) => {
        await watch('before', name, args);
        const result = await act(...args);
        await watch('after', name, args);
        return result;
      },
    ]),
  );
}
