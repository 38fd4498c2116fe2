import type { AddressInfo } from 'node:net';
import { type SinkChance, SinkServer } from './sinkServer.ts';

/** The sink in a process of its own: it lives on while workers are killed, and ends with the process that started it. */
export type SinkAsk =
  | { id: number; ask: 'listen'; seed: number; chance: SinkChance; slowMs: number; port: number }
  | { id: number; ask: 'records'; from: number }
  | { id: number; ask: 'counts' }
  | { id: number; ask: 'setChance'; chance: SinkChance };

let sink: SinkServer | null = null;

process.on('message', (message) => {
  const asked = message as SinkAsk;
  const reply = (answer: unknown): void => void process.send?.({ id: asked.id, answer });
  switch (asked.ask) {
    case 'listen': {
      const { server } = (sink = new SinkServer(asked));
      server.on('error', (error) => reply({ error: error.message }));
      server.listen(asked.port, '127.0.0.1', 1024, () => reply({ port: (server.address() as AddressInfo).port }));
      break;
    }
    case 'records':
      reply(sink?.records.slice(asked.from));
      break;
    case 'counts':
      reply(sink?.counts);
      break;
    case 'setChance':
      if (sink) sink.chance = asked.chance;
      reply(null);
      break;
  }
});
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined); // a Ctrl-C for the whole group ends the starter, and so us
