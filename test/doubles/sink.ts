import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SinkAsk } from './sinkProcess.ts';
import type { SinkChance, SinkCounts, SinkRecord } from './sinkServer.ts';

export interface Sink {
  readonly port: number;
  readonly pid: number;
  /** What was seen, in the order of the DATA commands; `from` skips so many, for reading on. */
  records(from?: number): Promise<SinkRecord[]>;
  counts(): Promise<SinkCounts>;
  setChance(chance: SinkChance): Promise<void>;
  stop(): Promise<void>;
}

type Unnumbered<Ask> = Ask extends { id: number } ? Omit<Ask, 'id'> : never;

/** An SMTP sink on loopback in a process of its own, for fault runs and benchmarks. With all chances 0 it takes any message. */
export async function startSink({
  seed = 1,
  chance = {},
  slowMs = 2_000,
  port = 0,
}: {
  seed?: number;
  chance?: SinkChance;
  slowMs?: number;
  port?: number;
} = {}): Promise<Sink> {
  const child = fork(fileURLToPath(new URL('./sinkProcess.ts', import.meta.url)), [], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced', // bigint
  });
  const waiting = new Map<number, (answer: unknown) => void>();
  let lastId = 0;
  child.on('message', (message) => {
    const { id, answer } = message as { id: number; answer: unknown };
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });

  function ask<Answer>(question: Unnumbered<SinkAsk>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const id = (lastId += 1);
      const gone = (): void => reject(new Error('The sink has ended.'));
      child.once('exit', gone);
      waiting.set(id, (answer) => {
        child.off('exit', gone);
        resolve(answer as Answer);
      });
      child.send({ id, ...question });
    });
  }

  const listening = await ask<{ port: number } | { error: string }>({ ask: 'listen', seed, chance, slowMs, port });
  if ('error' in listening) {
    child.disconnect();
    throw new Error(`The sink cannot listen: ${listening.error}`);
  }
  return {
    port: listening.port,
    pid: child.pid ?? 0,
    records: (from = 0) => ask<SinkRecord[]>({ ask: 'records', from }),
    counts: () => ask<SinkCounts>({ ask: 'counts' }),
    setChance: async (next) => void (await ask({ ask: 'setChance', chance: next })),
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
