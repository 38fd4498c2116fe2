import type { Database, Tx } from '../transaction.ts';
import type { Head } from './verify.ts';

interface Chain {
  readonly tenantId: string;
  readonly seq: number;
  readonly signedSeq: number;
}

/** Every workspace that has a chain. */
export function listChains(db: Database): Promise<Chain[]> {
  return db.lookUp<Chain>(`select tenant_id as "tenantId", seq, signed_seq as "signedSeq" from decorum.audit_chains()`, []);
}

/** What is signed of a head: whose chain, how long, which. */
export function headRecord(tenantId: string, { seq, hash }: Head, signedAt: Date): string {
  return JSON.stringify(['decorum audit head 1', tenantId, seq, hash.toString('hex'), signedAt.toISOString()]);
}

/** Signs the chain as it stands. Twice at once, or when it stands signed: once. */
export async function signHead(tx: Tx, sign: (record: string) => Buffer): Promise<void> {
  const [head] = await tx.rows<Head & { at: Date }>(
    `select seq, hash, date_trunc('milliseconds', clock_timestamp()) as at from audit_log order by seq desc limit 1`,
  );
  if (!head) return;
  await tx.run(
    `insert into audit_heads (tenant_id, seq, hash, signed_at, signature) values (decorum.tenant(), $1, $2, $3, $4)
     on conflict (tenant_id, seq) do nothing`,
    [head.seq, head.hash, head.at, sign(headRecord(tx.tenantId, head, head.at))],
  );
}
