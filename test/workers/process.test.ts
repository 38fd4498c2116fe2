import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../scripts/services/ports.ts';
import { startTemporal, type TemporalServer } from '../../scripts/services/temporal.ts';
import { World } from '../db/world.ts';

let world: World;
let temporal: TemporalServer;
beforeAll(async () => {
  world = await World.open();
  temporal = await startTemporal({ uiPort: false, namespace: 'decorum' });
}, 120_000);
afterAll(async () => {
  await temporal.stop();
  await world.close();
});

/** A worker as a process of its own, with its health at a port. */
async function startWorker(): Promise<{ worker: ChildProcess; origin: string; log: string[] }> {
  const port = await freePort();
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    DATABASE_URL: world.database.ownerUrl,
    DECORUM_SECRET: randomBytes(32).toString('base64url'),
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'decorum',
    WORKFLOW_BUNDLE: process.env.DECORUM_WORKFLOW_BUNDLE,
    WORKER_METRICS_PORT: String(port),
  };
  const worker = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
    cwd: join(__dirname, '../..'),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  worker.stdout?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  worker.stderr?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  return { worker, origin: `http://127.0.0.1:${port}`, log };
}

test('a worker tells at a port of its own whether it works, what it lacks and what it did, and ends when told to', async () => {
  const { worker, origin, log } = await startWorker();
  const read = async (path: string) => {
    const reply = await fetch(`${origin}${path}`).catch(() => null);
    return reply && { status: reply.status, text: await reply.text() };
  };
  /** Until `/readyz` answers so; a process that has ended never will. */
  async function untilReady(status: number): Promise<string> {
    for (;;) {
      if (worker.exitCode !== null) throw new Error(log.join(''));
      const answer = await read('/readyz');
      if (answer?.status === status) return answer.text;
      await sleep(100);
    }
  }
  const name = new URL(world.database.ownerUrl).pathname.slice(1);
  const server = new pg.Client({ connectionString: process.env.DECORUM_TEST_PG }); // of another database: nobody shuts out oneself
  await server.connect();
  const letIn = (isLet: boolean) => server.query(`alter database ${name} with allow_connections ${isLet}`);
  try {
    expect(await untilReady(200)).toBe('ok\n');
    expect(await read('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect((await read('/metrics'))?.text).toMatch(/process_cpu_seconds_total\{process="worker"\}/);
    expect((await read('/'))?.status).toBe(404);

    await letIn(false);
    await server.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
    expect(await untilReady(503)).toBe('the database does not answer\n');
    expect((await read('/healthz'))?.status).toBe(200); // it lives: nobody needs to start it anew
    await letIn(true);
    await untilReady(200);

    worker.kill('SIGTERM');
    expect(await once(worker, 'exit')).toEqual([0, null]);
  } finally {
    await letIn(true);
    await server.end();
    worker.kill('SIGKILL');
  }
  for (const line of log.join('').trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ process: 'worker' });
}, 120_000);
