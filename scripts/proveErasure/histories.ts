import type { Client } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';

/** An execution as Temporal lists it, and its history. */
export type Kept = object;

/** Every execution that Temporal lists, open or not, of whoever. */
export async function allExecutions(client: Client): Promise<Kept[]> {
  const kept: Kept[] = [];
  for await (const listed of client.workflow.list()) {
    const { raw, workflowId, runId } = listed;
    kept.push(raw, await client.workflow.getHandle(workflowId, runId).fetchHistory());
  }
  return kept;
}

/** Whatever can be read in them: names, ids, the bytes of payloads as they are stored, and what the keys that are left open of them. */
export async function* readableIn(value: unknown, codec: PayloadCodec): AsyncGenerator<string> {
  if (typeof value === 'string') yield value;
  else if (value instanceof Uint8Array) yield Buffer.from(value).toString('latin1');
  else if (typeof value === 'object' && value !== null) {
    if (isPayload(value)) yield* opened(value, codec);
    for (const each of Object.values(value)) yield* readableIn(each, codec);
  }
}

async function* opened(payload: Payload, codec: PayloadCodec): AsyncGenerator<string> {
  try {
    for (const { data } of await codec.decode([payload])) yield Buffer.from(data ?? []).toString('latin1');
  } catch (error) {
    const { name } = error as Error;
    if (name !== 'TenantKeyDestroyed' && name !== 'UnknownKey') throw error; // no key is left that opens it
  }
}

const isPayload = (value: object): value is Payload => 'metadata' in value && 'data' in value;
