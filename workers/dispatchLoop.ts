import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { DispatcherDatabase } from '../db/dispatching.ts';
import type { Dispatcher } from './dispatcher.ts';
import { namespaceId } from './temporal.ts';

const roundMs = 1_000;
const storeCheckEvery = 10; // rounds
const letGoEvery = 60;

/** Delivers what the outbox owes, once a second, until aborted; notices a lost Temporal store and rebuilds it from the record; lets go of what was left behind. */
export async function dispatchLoop(options: {
  client: Client;
  namespace: string;
  db: DispatcherDatabase;
  dispatcher: Dispatcher;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  const { client, namespace, db, dispatcher, log, signal } = options;
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      if (round % storeCheckEvery === 0 && (await db.noteStore(await namespaceId(client, namespace)))) {
        log.warn('Temporal has a new store: every open workflow is started again from the record');
      }
      if (round % letGoEvery === 0) await db.letGo();
      await dispatcher.sweep();
    } catch (error) {
      log.warn({ err: error }, 'the outbox could not be delivered; it is tried again');
    }
    await sleep(roundMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}
