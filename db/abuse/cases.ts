import { isGraver, LIFTED_FOR_DAYS, type Measure, type Sign } from '../../domain/abuse.ts';
import { closeObligation, openObligation } from '../obligation.ts';
import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { abuseWork } from '../workflowIds.ts';
import { putInForce } from './measures.ts';

export interface Found {
  scope: 'tenant' | 'mailbox';
  scopeId: string;
  sign: Sign;
  counts: object;
  measure: Measure;
}

type EventKind = 'opened' | 'graver' | 'told' | 'appealed' | 'upheld' | 'lifted' | 'passed';

/** Writes a line of the case's record, with the measure and the counts as they stand. */
export async function noteEvent(tx: Tx, caseId: string, kind: EventKind, byUser: string | null): Promise<void> {
  await tx.run(
    `insert into abuse_events (tenant_id, case_id, kind, measure, counts, by_user)
     select tenant_id, id, $2, measure, counts, $3 from abuse_cases where id = $1`,
    [caseId, kind, byUser],
  );
}

/**
 * Opens a case for each sign that calls for a measure, or keeps the open one up to date: it becomes graver by itself, and milder only by
 * passing or by a person. What a person has lifted lately is left alone. In force with the commit.
 */
export async function openCases(tx: Tx, found: readonly Found[]): Promise<void> {
  for (const each of found) await openCase(tx, each);
  await putInForce(tx);
}

async function openCase(tx: Tx, { scope, scopeId, sign, counts, measure }: Found): Promise<void> {
  const [opened] = await tx.rows<{ id: string }>(
    `insert into abuse_cases (tenant_id, scope, scope_id, sign, measure, counts)
     select decorum.tenant(), $1, $2, $3, $4, $5 where not exists (
       select from abuse_cases where scope_id = $2 and sign = $3 and ended_because = 'lifted' and ended_at > decorum.now() - make_interval(days => ${LIFTED_FOR_DAYS}))
     on conflict (tenant_id, scope_id, sign) where ended_at is null do nothing returning id`,
    [scope, scopeId, sign, measure, JSON.stringify(counts)],
  );
  if (opened) {
    await noteEvent(tx, opened.id, 'opened', null);
    return want(tx, [abuseWork(tx.tenantId, opened.id)]);
  }
  const [standing] = await tx.rows<{ id: string; measure: Measure }>(
    `select id, measure from abuse_cases where scope_id = $1 and sign = $2 and ended_at is null for update`,
    [scopeId, sign],
  );
  if (!standing) return; // lifted lately
  const graver = isGraver(standing.measure, measure);
  await tx.run(`update abuse_cases set counts = $2, seen_at = decorum.now(), measure = $3 where id = $1`, [
    standing.id,
    JSON.stringify(counts),
    graver ? measure : standing.measure,
  ]);
  if (!graver) return;
  await noteEvent(tx, standing.id, 'graver', null);
  await want(tx, [abuseWork(tx.tenantId, standing.id)]);
}

export interface AbuseCase {
  id: string;
  scope: 'tenant' | 'mailbox';
  /** Of a case about one mailbox. */
  mailboxId: string | null;
  sign: Sign;
  measure: Measure;
  counts: Record<string, number>;
  state: 'open' | 'appealed' | 'upheld' | 'ended';
  openedAt: Date;
  seenAt: Date;
  appeal: string | null;
  appealedAt: Date | null;
  decidedAt: Date | null;
  decisionNote: string | null;
  endedAt: Date | null;
  endedBecause: 'lifted' | 'passed' | null;
}

const columns = `id, scope, case when scope = 'mailbox' then scope_id end as "mailboxId", sign, measure, counts, state, opened_at as "openedAt",
  seen_at as "seenAt", appeal, appealed_at as "appealedAt", decided_at as "decidedAt", decision_note as "decisionNote", ended_at as "endedAt",
  ended_because as "endedBecause"`;

/** Newest first; `after`: instant and id of the last one of the page before. */
export function listCases(
  tx: Tx,
  page: { after: string[] | undefined; rows: number },
): Promise<(AbuseCase & { sortKey: string })[]> {
  return tx.rows(
    `select ${columns}, opened_at::text as "sortKey" from abuse_cases where ($1::timestamptz is null or (opened_at, id) < ($1, $2::uuid))
     order by opened_at desc, id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

export async function findCase(tx: Tx, caseId: string): Promise<AbuseCase | null> {
  const [found] = await tx.rows<AbuseCase>(`select ${columns} from abuse_cases where id = $1`, [caseId]);
  return found ?? null;
}

export interface AbuseEvent {
  at: Date;
  kind: EventKind;
  measure: Measure;
  counts: Record<string, number>;
  byUser: string | null;
}

export function listCaseEvents(tx: Tx, caseId: string): Promise<AbuseEvent[]> {
  return tx.rows<AbuseEvent>(
    `select at, kind, measure, counts, by_user as "byUser" from abuse_events where case_id = $1 order by id`,
    [caseId],
  );
}

/** Takes the owner's appeal, once a case, and promises an answer. False: the case is not one that can be appealed now. */
export async function appealCase(
  tx: Tx,
  caseId: string,
  appeal: { words: string; byUser: string; deadline(askedAt: Date): { dueAt: Date; basis: Record<string, unknown> } },
): Promise<boolean> {
  const [appealed] = await tx.rows<{ at: Date }>(
    `update abuse_cases set state = 'appealed', appeal = $2, appealed_at = decorum.now(), appealed_by = $3
     where id = $1 and state = 'open' returning appealed_at as at`,
    [caseId, appeal.words, appeal.byUser],
  );
  if (!appealed) return false;
  const work = abuseWork(tx.tenantId, caseId);
  await openObligation(tx, {
    kind: 'abuse.appeal',
    subjectKind: 'abuse_case',
    subjectId: caseId,
    startedAt: appealed.at,
    workflowId: work.workflowId,
    ...appeal.deadline(appealed.at),
  });
  await noteEvent(tx, caseId, 'appealed', appeal.byUser);
  await want(tx, [work]);
  return true;
}

/** A person's decision; it closes the promise to answer an appeal. False: the case has ended. */
export async function decideCase(
  tx: Tx,
  caseId: string,
  decision: { lift: boolean; note: string; byUser: string },
): Promise<boolean> {
  const decided = await tx.run(
    `update abuse_cases set state = case when $2 then 'ended' else 'upheld' end, decided_at = decorum.now(), decided_by = $3, decision_note = $4,
       told_decision_at = null, ended_at = case when $2 then decorum.now() end, ended_because = case when $2 then 'lifted' end
     where id = $1 and state <> 'ended'`,
    [caseId, decision.lift, decision.byUser, decision.note],
  );
  if (decided === 0) return false;
  const kind = decision.lift ? 'lifted' : 'upheld';
  await noteEvent(tx, caseId, kind, decision.byUser);
  await closeObligation(tx, 'abuse.appeal', caseId, { decision: kind, byUser: decision.byUser });
  await putInForce(tx);
  await want(tx, [abuseWork(tx.tenantId, caseId)]);
  return true;
}
