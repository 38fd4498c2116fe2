import { setTimeout as sleep } from 'node:timers/promises';
import { roleUrl } from '../db/roles.ts';
import { openDatabase } from '../db/transaction.ts';
import { readEnvironment } from '../providers/environment.ts';
import { processLog } from '../providers/log.ts';
import { lanePool } from '../providers/mail/lanePool.ts';
import { vault } from '../providers/vault.ts';
import { sendOverdue, watchWorkflows } from './secondRoad.ts';
import { connectClient } from './temporal.ts';

/** Every alarm within a minute: two rounds fit into one. */
const roundMs = 20_000;

const environment = readEnvironment(process.env);
const log = processLog('auditor', environment.LOG_LEVEL);
const db = openDatabase({
  url: roleUrl(environment.DATABASE_URL, 'decorum_auditor'),
  max: 4,
  onError: (error) => log.warn({ err: error }, 'an idle database connection was lost'),
});
const pool = lanePool({ perAccount: 10, idleMs: 30_000 });
const world = { db, vault: vault(environment.keys.vaultKeys), pool, monotonicMs: () => performance.now(), log };

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
log.info('the auditor runs');
while (!stopping.signal.aborted) {
  // One after the other, each by itself: that Temporal is down must not keep the notices from leaving.
  for (const look of [() => sendOverdue(world), watchTemporal]) {
    await look().catch((error: unknown) => log.warn({ err: error }, 'a look of the auditor failed; the next round looks again'));
  }
  await sleep(roundMs, undefined, { signal: stopping.signal }).catch(() => undefined); // told to stop
}
pool.close();
await db.close();

/** Connected anew each round: a Temporal that was not there at the start is found later. */
async function watchTemporal(): Promise<void> {
  const client = await connectClient(environment);
  try {
    await watchWorkflows(world, client);
  } finally {
    await client.connection.close();
  }
}
