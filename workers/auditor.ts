import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { roleUrl } from '../db/roles.ts';
import { openDatabase } from '../db/transaction.ts';
import { readEnvironment } from '../providers/environment.ts';
import { bounceAddressOf } from '../providers/linkToken.ts';
import { processLog } from '../providers/log.ts';
import { guardedConnect } from '../providers/mail/guardedServer.ts';
import { lanePool } from '../providers/mail/lanePool.ts';
import { systemMailOf } from '../providers/mail/systemMail.ts';
import { outboundGuard } from '../providers/outboundGuard.ts';
import { vault } from '../providers/vault.ts';
import { soundAlarms } from './auditor/alarms.ts';
import { sendCanaries } from './auditor/canary.ts';
import { failingWorkflows } from './auditor/failingWorkflows.ts';
import { metricsServer } from './auditor/metrics.ts';
import { auditRound, mostSeen } from './auditor/round.ts';
import { sendOverdue, watchWorkflows } from './secondRoad.ts';
import { connectClient } from './temporal.ts';

/** Every alarm of a breach within a minute: two rounds fit into one. */
const roundMs = 20_000;
/** Of the look at every invariant: each minute. */
const auditEvery = 3;

const environment = readEnvironment(process.env);
const log = processLog('auditor', environment.LOG_LEVEL);
const onError = (error: Error) => log.warn({ err: error }, 'an idle database connection was lost');
const db = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_auditor'), max: 4, onError });
const watcher = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_watcher'), max: 2, onError });
const pool = lanePool({ perAccount: 10, idleMs: 30_000 }, guardedConnect(outboundGuard(environment.OUTBOUND_ALLOWED)));
const monotonicMs = () => performance.now();
const bounceAddress = bounceAddressOf(environment.keys.linkKeys, environment.INBOUND_DOMAIN);
const world = { db, vault: vault(environment.keys.vaultKeys), pool, monotonicMs, bounceAddress, log };
const { SYSTEM_SMTP_URL: smtp, SYSTEM_MAIL_FROM: from, PUBLIC_URL: publicUrl, ALARM_MAIL_TO: alarmTo, keys } = environment;
const mail = smtp !== undefined && from !== undefined ? systemMailOf(smtp, from) : undefined;

const metrics = metricsServer(watcher);
if (environment.AUDITOR_METRICS_PORT !== undefined) metrics.listen(environment.AUDITOR_METRICS_PORT, '127.0.0.1');
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
log.info('the auditor runs');
for (let round = 0; !stopping.signal.aborted; round += 1) {
  // One after the other, each by itself: that Temporal is down must not keep the notices from leaving, nor the auditor from looking.
  const looks = [() => sendOverdue(world), watchTemporal, ...(round % auditEvery === 0 ? [audit, alarm, canaries] : [])];
  for (const look of looks) {
    await look().catch((error: unknown) => log.warn({ err: error }, 'a look of the auditor failed; the next round looks again'));
  }
  await sleep(roundMs, undefined, { signal: stopping.signal }).catch(() => undefined); // told to stop
}
metrics.close();
pool.close();
await Promise.all([db.close(), watcher.close()]);

/** Connected anew each time: a Temporal that was not there at the start is found later. */
async function withTemporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectClient(environment);
  try {
    return await work(client);
  } finally {
    await client.connection.close();
  }
}

async function watchTemporal(): Promise<void> {
  await withTemporal((client) => watchWorkflows(world, client));
}

function audit(): Promise<void> {
  const failing = () => withTemporal((client) => failingWorkflows(client, mostSeen));
  return auditRound({ watcher, failing, log, monotonicMs, wallNow: () => new Date() });
}

async function alarm(): Promise<void> {
  await soundAlarms({ watcher, db, mail, alarmTo, publicUrl, log, now: () => new Date() });
}

async function canaries(): Promise<void> {
  await sendCanaries({ watcher, linkKeys: keys.linkKeys, addressKey: keys.addressKey, publicUrl, log });
}
