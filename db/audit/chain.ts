import { createHash } from 'node:crypto';

export type Via = 'session' | 'token' | 'public' | 'system';

export interface Entry {
  readonly seq: number;
  readonly recordedAt: Date;
  readonly via: Via;
  readonly userId: string | null;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string | null;
  readonly place: Buffer | null;
}

/** Before the first entry of a chain. */
export const noHash = Buffer.alloc(32);

/** SHA-256 over everything that the entry says and the hash of the one before: no entry is changed, moved or left out unseen. */
export function hashOf(tenantId: string, entry: Entry, before: Buffer): Buffer {
  const { seq, recordedAt, via, userId, action, subjectKind, subjectId, place } = entry;
  const said = [1, tenantId, seq, recordedAt.toISOString(), via, userId, action, subjectKind, subjectId];
  return createHash('sha256')
    .update(JSON.stringify([...said, place?.toString('hex') ?? null, before.toString('hex')]))
    .digest();
}
