import type { Tx } from './transaction.ts';

type Seen =
  | { kind: 'new' }
  | { kind: 'another request' }
  | { kind: 'in progress' }
  | { kind: 'answered'; status: number; reply: unknown };

/** A request whose process died leaves its key without an answer; after this it may be tried again. */
const ABANDONED_AFTER_SECONDS = 300;

/** Takes the key for a request, or says what became of the request that took it. */
export async function takeKey(tx: Tx, userId: string, key: string, requestHash: Buffer): Promise<Seen> {
  const taken = await tx.run(
    `insert into idempotency_keys (tenant_id, user_id, key, request_hash) values ($1, $2, $3, $4)
     on conflict (tenant_id, user_id, key) do update set created_at = clock_timestamp()
     where idempotency_keys.status is null and idempotency_keys.request_hash = excluded.request_hash
       and idempotency_keys.created_at < clock_timestamp() - make_interval(secs => ${ABANDONED_AFTER_SECONDS})`,
    [tx.tenantId, userId, key, requestHash],
  );
  if (taken === 1) return { kind: 'new' };
  const [row] = await tx.rows<{ hash: Buffer; status: number | null; reply: unknown }>(
    `select request_hash as hash, status, reply from idempotency_keys where tenant_id = $1 and user_id = $2 and key = $3`,
    [tx.tenantId, userId, key],
  );
  if (!row) return { kind: 'in progress' }; // let go between the two statements: the caller may try again
  if (!row.hash.equals(requestHash)) return { kind: 'another request' };
  return row.status === null ? { kind: 'in progress' } : { kind: 'answered', status: row.status, reply: row.reply };
}

export async function keepReply(tx: Tx, userId: string, key: string, status: number, reply: unknown): Promise<void> {
  await tx.run(`update idempotency_keys set status = $4, reply = $5 where tenant_id = $1 and user_id = $2 and key = $3`, [
    tx.tenantId,
    userId,
    key,
    status,
    JSON.stringify(reply ?? null),
  ]);
}

/** A refused request changed nothing, so its key is free again. */
export async function letGoOfKey(tx: Tx, userId: string, key: string): Promise<void> {
  await tx.run(`delete from idempotency_keys where tenant_id = $1 and user_id = $2 and key = $3 and status is null`, [
    tx.tenantId,
    userId,
    key,
  ]);
}
