import type { RequestHandler } from 'express';
import type { Dependencies } from './dependencies.ts';

/** The origin of Temporal's pages; null: nobody has said where they are. */
export function originOfUi({ temporalUi }: Pick<Dependencies, 'temporalUi'>): string | null {
  return temporalUi === undefined ? null : new URL(temporalUi).origin;
}

/** Lets Temporal's pages, and no other origin's, ask with the reader's cookie and see the answer (Fetch, 3.3). */
export function forTemporalUi(deps: Dependencies): RequestHandler {
  const origin = originOfUi(deps);
  return (request, response, next) => {
    response.vary('Origin');
    if (origin === null || request.get('origin') !== origin) return next();
    response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' });
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'authorization, content-type, x-namespace',
      'Access-Control-Max-Age': '600',
    });
    response.status(204).end();
  };
}
