import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** The metrics of one process, with those of Node itself. No label holds an id or an address: they would be kept by whoever scrapes. */
export function processMetrics(process: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Whether the process does its work: null, or in a few words what it lacks. */
export type Readiness = () => Promise<string | null>;

/** Metrics and health on a port of their own, which no proxy passes on: `/metrics`, `/healthz` (it lives) and `/readyz` (it works). */
export function metricsServer(registry: Registry, readiness: Readiness): Server {
  return createServer((request, response) => {
    response.setHeader('Cache-Control', 'no-store').setHeader('Content-Type', 'text/plain; charset=utf-8');
    const say = (status: number, words: string) => void response.writeHead(status).end(`${words}\n`);
    const answers: Readonly<Record<string, () => Promise<void> | void>> = {
      '/metrics': async () => {
        const text = await registry.metrics();
        response.setHeader('Content-Type', registry.contentType).end(text);
      },
      '/healthz': () => say(200, 'ok'),
      '/readyz': async () => {
        const lacks = await readiness();
        say(lacks === null ? 200 : 503, lacks ?? 'ok');
      },
    };
    const answer = request.method === 'GET' ? answers[request.url ?? ''] : undefined;
    if (!answer) return say(404, 'not found');
    Promise.resolve(answer()).catch(() => say(500, 'no answer'));
  });
}
