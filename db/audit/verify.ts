import type { Tx } from '../transaction.ts';
import { type Entry, hashOf, noHash } from './chain.ts';

const PAGE = 5_000;

export interface Head {
  readonly seq: number;
  readonly hash: Buffer;
}

interface SignedHead extends Head {
  readonly signedAt: Date;
  readonly signature: Buffer;
}

type Verdict =
  | { readonly ok: true; readonly entries: number; readonly signed: number; readonly head: Head | null }
  /** The first entry that does not follow from the ones before, or the first head that was not signed by us or is of another chain. */
  | {
      readonly ok: false;
      readonly at: number;
      readonly because: 'broken' | 'missing' | 'not signed by us' | 'not what was signed';
    };

/**
 * Reads a workspace's chain from its first entry and holds each signed head, and each of `known` from an earlier look, against it: with
 * those no newest part can be cut off unseen either.
 */
export async function verifyChain(
  tx: Tx,
  isSigned: (head: SignedHead) => boolean,
  known: readonly Head[] = [],
): Promise<Verdict> {
  const heads = await tx.rows<SignedHead>(`select seq, hash, signed_at as "signedAt", signature from audit_heads order by seq`);
  const forged = heads.find((head) => !isSigned(head));
  if (forged) return { ok: false, at: forged.seq, because: 'not signed by us' };
  const expected = new Map<number, Buffer[]>();
  for (const { seq, hash } of [...heads, ...known]) expected.set(seq, [...(expected.get(seq) ?? []), hash]);

  let seq = 0;
  let hash: Buffer = noHash;
  for (;;) {
    const page = await entriesAfter(tx, seq);
    for (const entry of page) {
      if (entry.seq !== seq + 1) return { ok: false, at: seq + 1, because: 'missing' };
      if (!hashOf(tx.tenantId, entry, hash).equals(entry.hash)) return { ok: false, at: entry.seq, because: 'broken' };
      if (expected.get(entry.seq)?.some((head) => !head.equals(entry.hash)))
        return { ok: false, at: entry.seq, because: 'not what was signed' };
      ({ seq, hash } = entry);
    }
    if (page.length < PAGE) break;
  }
  const cutOff = [...expected.keys()].find((head) => head > seq);
  if (cutOff !== undefined) return { ok: false, at: seq + 1, because: 'missing' };
  return { ok: true, entries: seq, signed: heads.at(-1)?.seq ?? 0, head: seq === 0 ? null : { seq, hash } };
}

function entriesAfter(tx: Tx, seq: number): Promise<(Entry & Head)[]> {
  return tx.rows<Entry & Head>(
    `select seq, recorded_at as "recordedAt", via, user_id as "userId", action, subject_kind as "subjectKind", subject_id as "subjectId", place, hash
     from audit_log where seq > $1 order by seq limit ${PAGE}`,
    [seq],
  );
}
