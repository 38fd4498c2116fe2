import { createSecretKey, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { type Keyring, TenantKeyDestroyed } from './keyring.ts';
import { NoOwner, ownerOf } from './ownerOf.ts';
import { keyIdOf, open, seal } from './sealing.ts';

const LONGEST_PAUSE_MS = 5_000;

/** What lies between the product and Temporal: nothing readable passes. Payloads of before it are read as they are. */
export function payloadCodec(keys: Keyring): PayloadCodec {
  return {
    async encode(payloads, context) {
      const { tenantId, workflowId } = ownerOf(context);
      if (payloads.length === 0) return payloads;
      const key = await keys.sealing(tenantId);
      return payloads.map((payload) => seal(payload, workflowId, key));
    },
    decode: (payloads) => Promise.all(payloads.map((payload) => decoded(payload, keys))),
  };
}

async function decoded(payload: Payload, keys: Keyring): Promise<Payload> {
  const keyId = keyIdOf(payload);
  return keyId === null ? payload : open(payload, await keys.opening(keyId)).payload;
}

/**
 * The codec of a worker. A worker ends when the outcome of an activity cannot be encoded, and with it everybody's work, so one workspace's end
 * and a database that is away must not get there: what is written under a destroyed key is encrypted under one that nobody keeps, and
 * without the database the outcome waits. `onWait` hears of it.
 */
export function workerCodec(keys: Keyring, onWait: (error: unknown) => void): PayloadCodec {
  const { encode, decode } = payloadCodec(keys);
  return {
    decode,
    async encode(payloads, context) {
      for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        try {
          return await encode(payloads, context);
        } catch (error) {
          if (error instanceof NoOwner) throw error;
          if (error instanceof TenantKeyDestroyed) return payloads.map((payload) => shredded(payload));
          onWait(error);
          await sleep(pauseMs);
        }
      }
    },
  };
}

function shredded(payload: Payload): Payload {
  const id = 'destroyed';
  return seal(payload, '', { id, idBytes: Buffer.from(id), key: createSecretKey(randomBytes(32)) });
}
