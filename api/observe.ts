import type { Request, RequestHandler } from 'express';
import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Dependencies } from './dependencies.ts';

/** Who was not known, may not or tried too often: told without being asked for, because that is how an attack looks. */
const refusals: ReadonlySet<number> = new Set([401, 403, 429]);

/** How long requests take, by route and answer, and how many are being answered. The route's pattern: an address itself may hold a token. */
export function observed({ metrics, log }: Pick<Dependencies, 'metrics' | 'log'>): RequestHandler {
  const meters = metrics && metersIn(metrics);
  return (request, response, next) => {
    const startedAtMs = performance.now();
    meters?.open.inc();
    response.once('close', () => {
      const ms = performance.now() - startedAtMs;
      const { method } = request;
      const route = patternOf(request);
      const status = response.writableFinished ? response.statusCode : 0; // 0: the caller has gone
      meters?.open.dec();
      meters?.duration.observe({ method, route, status }, ms / 1000);
      const told = { method, route, status, ms: Math.round(ms) };
      const { userId } = response.locals as { userId?: string };
      if (refusals.has(status)) log.info({ ...told, ...(userId !== undefined && { userId }) }, 'refused');
      else log.debug(told, 'answered');
    });
    next();
  };
}

function metersIn(registry: Registry) {
  return {
    duration: new Histogram({
      name: 'decorum_http_request_duration_seconds',
      help: 'Requests by route and answer; status 0: the caller had gone.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers: [registry],
    }),
    open: new Gauge({
      name: 'decorum_http_requests_open',
      help: 'Requests that are being answered.',
      registers: [registry],
    }),
  };
}

/** Empty: no route of ours. */
export function patternOf({ baseUrl, originalUrl, route }: Request): string {
  const { path } = (route ?? {}) as { path?: string };
  const base = baseUrl || (originalUrl.startsWith('/v1/') ? '/v1' : ''); // a refusal has left the router
  return path === undefined ? '' : `${base}${path}`;
}
