import express from 'express';
import { answersSoon } from '../db/answering.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * For whoever starts, watches and balances processes. `/healthz`: the process lives. `/readyz`: it can take requests, opt-outs above all;
 * Temporal may be away, what is owed to it waits in the record.
 */
export function health(deps: Pick<Dependencies, 'db' | 'stops' | 'isStopping'>): express.Router {
  const router = express.Router();
  router.get('/healthz', (_request, response) => say(response, 200, 'ok'));
  router.get('/readyz', async (_request, response) => {
    const lacks = await whatLacks(deps);
    say(response, lacks === null ? 200 : 503, lacks ?? 'ok');
  });
  return router;
}

/** Null: nothing does. */
export async function whatLacks({
  db,
  stops,
  isStopping,
}: Pick<Dependencies, 'db' | 'stops' | 'isStopping'>): Promise<string | null> {
  if (isStopping?.() === true) return 'stopping';
  const answers = await Promise.all([answersSoon(db), answersSoon(stops)]);
  return answers.every(Boolean) ? null : 'the database does not answer';
}

function say(response: express.Response, status: number, words: string): void {
  response.status(status).set('Cache-Control', 'no-store').type('text').send(`${words}\n`);
}
