import { openObligation } from '../obligation.ts';
import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { erasureWork } from '../workflowIds.ts';

export const erasureReasons = ['asked', 'child', 'by_hand'] as const;
export type ErasureReason = (typeof erasureReasons)[number];
export const erasureStates = ['asked', 'held', 'erasing', 'erased'] as const;

/** The erasure of one person: the record of its workflow. */
export interface Erasure {
  id: string;
  kind: 'contact' | 'user';
  personId: string;
  because: ErasureReason;
  state: (typeof erasureStates)[number];
  askedBy: string;
  askedAt: Date;
  dueAt: Date;
  rows: number;
  erasedAt: Date | null;
}

const columns = `id, kind, person_id as "personId", because, state, asked_by as "askedBy", asked_at as "askedAt", due_at as "dueAt", rows,
  erased_at as "erasedAt"`;

export interface AskedErasure extends Pick<Erasure, 'kind' | 'personId' | 'because' | 'askedBy'> {
  /** By when it must be done (law/answers.ts). */
  readonly deadline: (askedAt: Date) => { dueAt: Date; basis: Record<string, unknown> };
}

/** Wants a person erased, with its clock (P8). Asked for twice it is one. */
export async function askErasure(tx: Tx, { kind, personId, because, askedBy, deadline }: AskedErasure): Promise<Erasure> {
  const { at } = await tx.row<{ at: Date }>(`select decorum.now() as at`);
  const due = deadline(at);
  const [made] = await tx.rows<Erasure>(
    `insert into erasures (tenant_id, kind, person_id, because, asked_by, due_at) values (decorum.tenant(), $1, $2, $3, $4, $5)
     on conflict do nothing returning ${columns}`,
    [kind, personId, because, askedBy, due.dueAt],
  );
  if (!made) return tx.row<Erasure>(`select ${columns} from erasures where person_id = $1 and state <> 'erased'`, [personId]);
  const work = erasureWork(tx.tenantId, made.id);
  const { workflowId } = work;
  await openObligation(tx, {
    kind: 'person.erased',
    subjectKind: 'erasure',
    subjectId: made.id,
    startedAt: at,
    ...due,
    workflowId,
  });
  await want(tx, [work]);
  return made;
}

export async function findErasure(tx: Tx, erasureId: string): Promise<Erasure | undefined> {
  const [found] = await tx.rows<Erasure>(`select ${columns} from erasures where id = $1`, [erasureId]);
  return found;
}

/** Newest first; `after`: instant and id of the last one of the page before. */
export function listErasures(
  tx: Tx,
  page: { after: string[] | undefined; rows: number },
): Promise<(Erasure & { askedKey: string })[]> {
  const [askedKey = null, id = null] = page.after ?? [];
  return tx.rows(
    `select ${columns}, asked_at::text as "askedKey" from erasures
     where $1::timestamptz is null or (asked_at, id) < ($1, $2::uuid) order by asked_at desc, id desc limit $3`,
    [askedKey, id, page.rows],
  );
}

/** A hold was released: what it held back is done at once, unless another covers it. */
export async function wakeErasures(tx: Tx): Promise<void> {
  const held = await tx.rows<{ id: string }>(`select id from erasures where state = 'held'`);
  await want(
    tx,
    held.map(({ id }) => erasureWork(tx.tenantId, id)),
  );
}
