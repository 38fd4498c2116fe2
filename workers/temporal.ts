import { Client, Connection } from '@temporalio/client';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import type { Environment } from '../providers/environment.ts';

type Temporal = Pick<Environment, 'TEMPORAL_ADDRESS' | 'TEMPORAL_NAMESPACE' | 'TEMPORAL_API_KEY'>;

export function connect({ TEMPORAL_ADDRESS, TEMPORAL_API_KEY }: Omit<Temporal, 'TEMPORAL_NAMESPACE'>): Promise<Connection> {
  return Connection.connect({ address: TEMPORAL_ADDRESS, ...access(TEMPORAL_API_KEY) });
}

/** Without `histories` (workers/histories.ts) it is for looking only: what it would write, it refuses. */
export async function connectClient(
  temporal: Temporal,
  histories: DataConverter = { payloadCodecs: [looksOnly] },
): Promise<Client> {
  return new Client({
    connection: await connect(temporal),
    namespace: temporal.TEMPORAL_NAMESPACE,
    dataConverter: histories,
  });
}

const looksOnly: PayloadCodec = {
  encode: () => Promise.reject(new Error('This client has no keys: it cannot write a payload.')),
  decode: (payloads) => Promise.resolve(payloads),
};

export function connectNative({ TEMPORAL_ADDRESS, TEMPORAL_API_KEY }: Temporal): Promise<NativeConnection> {
  return NativeConnection.connect({ address: TEMPORAL_ADDRESS, ...access(TEMPORAL_API_KEY) });
}

function access(apiKey: string | undefined): { apiKey: string; tls: true } | Record<string, never> {
  return apiKey ? { apiKey, tls: true } : {};
}

/** The id of the namespace in the store that answers: a new store has a new one. */
export async function namespaceId(client: Client, namespace: string): Promise<string> {
  const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace });
  if (!namespaceInfo?.id) throw new Error(`Temporal knows no namespace "${namespace}".`);
  return namespaceInfo.id;
}
