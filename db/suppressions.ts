import { setTimeout as sleep } from 'node:timers/promises';
import type { StoppedBecause } from '../domain/enrolment.ts';
import { applyEvents } from './enrolments.ts';
import { spelled, unindexed } from './few.ts';
import { judgeStanding } from './mailboxHealth.ts';
import { openObligation } from './obligation.ts';
import { want } from './outbox.ts';
import type { Database, Tx } from './transaction.ts';
import { suppressionWork } from './workflowIds.ts';

export type Channel = 'email' | 'phone' | 'all';
export type Basis = 'one_click' | 'page' | 'mailto' | 'reply' | 'bounce' | 'complaint' | 'rep' | 'import' | 'api';

/** Keyed hash of a canonical address, or of `@` + a domain. */
export interface Subject {
  hash: Buffer;
  kind: 'address' | 'domain';
}

export interface SuppressionRequest {
  subjects: readonly Subject[];
  channel: Channel;
  /** One sequence's id; absent: everything that the tenant sends. */
  scopeId?: string;
  basis: Basis;
  /** Where the request came from, as proof. */
  enrolmentId?: string;
  byUser?: string;
  /** The law's date for honouring it, with its facts (law/optOut.ts). */
  deadline(askedAt: Date): { dueAt: Date; basis: Record<string, unknown> };
}

/** What else of the person's was on its way. */
export interface Cancelled {
  sends: number;
  enrolments: number;
  tasks: number;
}

const page = 500;
/** Up to so many subjects the answer waits for the cancelling; more are cancelled by the workflow, in force they are at once. */
const sweptAtOnce = page;
/** Subjects of one statement: some milliseconds of this thread, so that a list of a hundred thousand delays nobody's own request. */
const writtenAtOnce = 2_000;

/**
 * Suppresses, and returns when no message to any of the subjects can begin any more. The other half of db/wire.ts: the suppression commits
 * first, then what is planned is cancelled, then the `handing` rows that may still begin are waited for: milliseconds as a rule, 8 s at worst.
 */
export async function suppress(
  db: Database,
  tenantId: string,
  request: SuppressionRequest,
): Promise<{ batchId: string | null; cancelled: Cancelled }> {
  const batchId = await db.inTenant(tenantId, (tx) => writeSuppression(tx, request));
  const hashes = request.subjects.map(({ hash }) => hash);
  let cancelled: Cancelled = { sends: 0, enrolments: 0, tasks: 0 };
  if (hashes.length <= sweptAtOnce)
    cancelled = await db.inTenant(tenantId, (tx) => cancelFor(tx, { hashes, ...request, batchId }));
  if (batchId && hashes.length > sweptAtOnce) {
    await waitForBatch(db, tenantId, batchId);
    await db.inTenant(tenantId, (tx) => noteAnswer(tx, batchId));
  } else await wireIsClear(db, tenantId, hashes, batchId);
  return { batchId, cancelled };
}

/**
 * Writes the suppressions and opens the obligation and the workflow that prove them. From its commit on the gate holds everything back.
 * Answers the new batch, or null when every subject was suppressed already.
 */
export async function writeSuppression(tx: Tx, request: SuppressionRequest): Promise<string | null> {
  const { id: batchId, askedAt } = await tx.row<{ id: string; askedAt: Date }>(
    `select gen_random_uuid() as id, decorum.now() as "askedAt"`,
  );
  let written = 0;
  for (let at = 0; at < request.subjects.length; at += writtenAtOnce) {
    const subjects = request.subjects.slice(at, at + writtenAtOnce);
    written += await tx.run(
      `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, subject_kind, batch_id, enrolment_id)
       select decorum.tenant(), hash, $3, coalesce($4, decorum.tenant()), $5, kind, $6, $7
       from unnest($1::bytea[], $2::text[]) as s(hash, kind) order by hash
       on conflict do nothing`,
      [
        subjects.map(({ hash }) => hash),
        subjects.map(({ kind }) => kind),
        request.channel,
        request.scopeId ?? null,
        request.basis,
        batchId,
        request.enrolmentId ?? null,
      ],
    );
  }
  if (written === 0) return null;
  await tx.run(
    `insert into suppression_batches (tenant_id, id, source, subjects, asked_at, by_user) values (decorum.tenant(), $1, $2, $3, $4, $5)`,
    [batchId, request.basis, written, askedAt, request.byUser ?? null],
  );
  const work = suppressionWork(tx.tenantId, batchId);
  if (request.basis !== 'bounce') {
    // A dead address is nobody's request: it is suppressed, but no promise is owed for it.
    const { dueAt, basis } = request.deadline(askedAt);
    await openObligation(tx, {
      kind: 'suppression.honoured',
      subjectKind: 'suppression_batch',
      subjectId: batchId,
      basis,
      startedAt: askedAt,
      dueAt,
      workflowId: work.workflowId,
    });
  }
  await want(tx, [work]);
  if (request.enrolmentId && (request.basis === 'bounce' || request.basis === 'complaint')) {
    await judgeStanding(tx, request.enrolmentId);
  }
  return batchId;
}

interface Sweep extends Pick<SuppressionRequest, 'channel' | 'scopeId' | 'basis'> {
  hashes: readonly Buffer[];
  batchId: string | null;
}

/** Ids of the messages that have not ended, by either hash of their address: each index its part. */
const openSendsTo = (hashes: string): string =>
  ['address_hash', 'domain_hash']
    .map(
      (hash) =>
        `select id from sends where ${hash} = any(${hashes}) and ${spelled('state')} in ('planned', 'held', 'claimed', 'handing')`,
    )
    .join(' union all ');

/** Cancels what is on its way to the subjects and stops their enrolments; counts it on the batch. */
async function cancelFor(tx: Tx, sweep: Sweep): Promise<Cancelled> {
  if (sweep.channel === 'phone') return { sends: 0, enrolments: 0, tasks: 0 };
  const sends = await tx.rows<{ enrolmentId: string }>(
    `update sends set state = 'cancelled', because = 'suppressed'
     where id in (select id from sends where id in (${openSendsTo('$1')}) and ${unindexed('state')} in ('planned', 'held', 'claimed')
                  and ($2::uuid is null or sequence_id = $2) order by id for update)
     returning enrolment_id as "enrolmentId"`,
    [sweep.hashes, sweep.scopeId ?? null],
  );
  const open = await tx.rows<{ id: string }>(
    `select e.id from (select id from contacts where address_hash = any($1) union select id from contacts where domain_hash = any($1)) as c
     cross join lateral (select id, sequence_id from enrolments where contact_id = c.id and ${unindexed('state')} in ('waiting', 'queued', 'paused') offset 0) as e
     where $2::uuid is null or e.sequence_id = $2
     union -- whose contact has been deleted, or has another address since
     select id from enrolments where id = any($3) and state in ('waiting', 'queued', 'paused')`,
    [sweep.hashes, sweep.scopeId ?? null, sends.map(({ enrolmentId }) => enrolmentId)],
  );
  const { tasks } = await tx.row<{ tasks: number }>(
    `select count(*) as tasks from tasks where enrolment_id = any($1) and state in ('open', 'not_cleared') and kind in ('manual', 'call')`,
    [open.map(({ id }) => id)],
  );
  const because: StoppedBecause =
    sweep.basis === 'bounce' ? 'bounced' : sweep.basis === 'complaint' ? 'complained' : 'unsubscribed';
  const stopped = await applyEvents(
    tx,
    open.map(({ id }) => ({ enrolmentId: id, event: { kind: 'stop', because } })),
    () => null, // a stop leads nowhere, so nothing asks for an opening
  );
  const cancelled = { sends: sends.length, enrolments: stopped.size, tasks };
  await tx.run(
    `update suppression_batches set cancelled_sends = cancelled_sends + $2, stopped_enrolments = stopped_enrolments + $3, closed_tasks = closed_tasks + $4
     where id = $1`,
    [sweep.batchId, cancelled.sends, cancelled.enrolments, cancelled.tasks],
  );
  return cancelled;
}

/** Returns when no message to the subjects that passed the gate can still begin, and notes when that was. */
async function wireIsClear(db: Database, tenantId: string, hashes: readonly Buffer[], batchId: string | null): Promise<void> {
  for (let polls = 0; ; polls += 1) {
    // The note may be lost: the batch's end then counts as the answer, and the suppression itself is on the disk.
    const isClear = await db.inTenant(
      tenantId,
      async (tx) => {
        const atTheWire = await tx.rows(
          `select from sends where id in (${openSendsTo('$1')}) and ${unindexed('state')} = 'handing' and wire_until > clock_timestamp() limit 1`,
          [hashes],
        );
        if (atTheWire.length === 0 && batchId) await noteAnswer(tx, batchId);
        return atTheWire.length === 0;
      },
      { mayBeLost: true },
    );
    if (isClear) return;
    await sleep(polls < 25 ? 2 : 20);
  }
}

async function noteAnswer(tx: Tx, batchId: string): Promise<void> {
  await tx.run(`update suppression_batches set answered_at = decorum.now() where id = $1`, [batchId]);
}

/** The same for every subject of a batch that was open at the wire, however many the batch has. */
export async function waitForBatch(db: Database, tenantId: string, batchId: string): Promise<void> {
  for (;;) {
    const atTheWire = await db.inTenant(tenantId, (tx) =>
      tx.rows(
        `select from sends s where s.state = 'handing' and s.wire_until > clock_timestamp() and exists (
           select from suppressions x where x.batch_id = $1 and x.subject_hash in (s.address_hash, s.domain_hash)) limit 1`,
        [batchId],
      ),
    );
    if (atTheWire.length === 0) return;
    await sleep(20);
  }
}

/** The next few hundred subjects of a batch: cancelled, and the place kept. Answers whether more are left. */
export async function sweepBatch(tx: Tx, batchId: string): Promise<{ more: boolean }> {
  const [batch] = await tx.rows<{ through: Buffer | null; basis: Basis; doneAt: Date | null }>(
    `select swept_through as through, source as basis, done_at as "doneAt" from suppression_batches where id = $1 for update`,
    [batchId],
  );
  if (!batch || batch.doneAt) return { more: false };
  const subjects = await tx.rows<{ hash: Buffer; channel: Channel; scopeId: string }>(
    `select subject_hash as hash, channel, scope_id as "scopeId" from suppressions
     where batch_id = $1 and ($2::bytea is null or subject_hash > $2) order by subject_hash limit ${page}`,
    [batchId, batch.through],
  );
  const [first] = subjects;
  if (!first) return { more: false };
  const scope = first.scopeId === tx.tenantId ? {} : { scopeId: first.scopeId };
  await cancelFor(tx, {
    hashes: subjects.map(({ hash }) => hash),
    channel: first.channel,
    basis: batch.basis,
    batchId,
    ...scope,
  });
  await tx.run(`update suppression_batches set swept_through = $2 where id = $1`, [batchId, subjects.at(-1)?.hash]);
  return { more: subjects.length === page };
}

export interface BatchProof extends Cancelled {
  subjects: number;
  /** Messages that passed the gate after the request was answered: the design's figure is zero. */
  begunAfter: number;
  checkedAt: string;
}

/** Looks for messages to the batch's subjects that began after the answer, by an anti-join over what was really sent. */
export async function proveBatch(tx: Tx, batchId: string): Promise<BatchProof | null> {
  const [proof] = await tx.rows<BatchProof>(
    `select b.subjects, b.cancelled_sends as sends, b.stopped_enrolments as enrolments, b.closed_tasks as tasks, decorum.now() as "checkedAt",
       (select count(*) from suppressions x join sends s on s.tenant_id = x.tenant_id and x.subject_hash in (s.address_hash, s.domain_hash)
        where x.batch_id = b.id and x.channel in ('email', 'all') and x.scope_id in (s.tenant_id, s.sequence_id)
          and (s.state in ('sent', 'unknown') or s.state = 'handing' and s.wire_until <= clock_timestamp()) -- else it may still be taken back
          and s.handed_at > coalesce(b.answered_at, decorum.now())) as "begunAfter"
     from suppression_batches b where b.id = $1`,
    [batchId],
  );
  return proof ?? null;
}

/** Marks the batch as worked off. */
export async function endBatch(tx: Tx, batchId: string): Promise<void> {
  await tx.run(
    `update suppression_batches set done_at = decorum.now(), answered_at = coalesce(answered_at, decorum.now()) where id = $1 and done_at is null`,
    [batchId],
  );
}
