import type { Step, VariantId } from '../domain/sequence.ts';
import { wordingsOf } from '../domain/variants.ts';
import { arrived, type ResponseKind, responses } from './responses.ts';
import { type Standing, withStandings } from './standings.ts';
import type { Tx } from './transaction.ts';

export interface ReportStep {
  id: string;
  /** From 1, in the words that the launch runs; null: only people of an older version have it. */
  number: number | null;
  kind: 'email' | 'task' | 'call';
  /** Subject of an e-mail, title of anything else. */
  title: string;
  /** The wordings that it is tried in, its own first; none when there is only that. */
  variants: { variant: VariantId; subject: string }[];
}

/** People who stand alike to a step. */
export interface Standings {
  stepId: string;
  kind: ReportStep['kind'];
  mailboxId: string;
  standing: Standing;
  because: string | null;
  /** Of the message; null: it had no other wording, or has got none yet. */
  variant: VariantId | null;
  /** Domain word for the server's answer. */
  answerClass: string | null;
  taskState: string | null;
  taskOutcome: string | null;
  people: number;
}

export interface Responses {
  /** Null: of people, whichever step it was. */
  stepId: string | null;
  mailboxId: string;
  variant: VariantId | null;
  kind: ResponseKind | 'reached';
  people: number;
  /** Of them, those whom a message had reached: only they can be part of a rate. */
  ofReached: number;
}

/** A mailbox with whose it is: a rep's numbers are those of the rep's mailboxes. */
export interface ReportMailbox {
  mailboxId: string;
  address: string;
  ownerId: string;
  ownerName: string;
}

export interface LaunchReport {
  countedAt: Date;
  /** By mailbox, whoever was blocked included. */
  people: { mailboxId: string; people: number }[];
  steps: ReportStep[];
  standings: Standings[];
  responses: Responses[];
  mailboxes: ReportMailbox[];
}

/** Everything that a launch's report is summed from, counted afresh from the rows; a launch's people, each of them once a step. */
export async function launchReport(tx: Tx, launchId: string): Promise<LaunchReport> {
  const { countedAt } = await tx.row<{ countedAt: Date }>(`select decorum.now() as "countedAt"`);
  const people = await tx.rows<LaunchReport['people'][number]>(
    `select mailbox_id as "mailboxId", count(*) as people from enrolments where launch_id = $1 group by 1 order by 1`,
    [launchId],
  );
  const counted = await tx.rows<Standings>(
    `${withStandings}
     select step_id as "stepId", kind, mailbox_id as "mailboxId", standing, because, variant, answer_class as "answerClass",
       task_state as "taskState", task_outcome as "taskOutcome", count(*) as people
     from standing group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 1, 3, 4, 5, 6, 7, 8, 9`,
    [launchId, null],
  );
  return {
    countedAt,
    people,
    steps: await reportSteps(tx, launchId),
    standings: counted,
    responses: await countResponses(tx, launchId),
    mailboxes: await reportMailboxes(
      tx,
      people.map(({ mailboxId }) => mailboxId),
    ),
  };
}

/** In the order in which they come; then those that only older versions have. */
export async function reportSteps(tx: Tx, launchId: string): Promise<ReportStep[]> {
  const steps = await tx.rows<{ id: string; number: number | null; words: Step }>(
    `${withStandings} select id, number, words from report_step order by number nulls last, version desc, n`,
    [launchId, null],
  );
  return steps.map(({ id, number, words }) => ({
    id,
    number,
    kind: words.kind,
    title: words.kind === 'email' ? words.subject : words.title,
    variants:
      words.kind === 'email' && words.variants ? wordingsOf(words).map(({ variant, subject }) => ({ variant, subject })) : [],
  }));
}

/** By mailbox, and by mailbox, step and variant: who answers two steps is one person of the mailbox. */
function countResponses(tx: Tx, launchId: string): Promise<Responses[]> {
  return tx.rows<Responses>(
    `${withStandings},
     response as (
       ${responses}
       union all
       select s.enrolment_id, s.mailbox_id, e.version, s.step, 'reached' from sends s join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
       where s.launch_id = $1 and ${arrived})
     select p.id as "stepId", r.mailbox_id as "mailboxId", v.variant, r.kind, count(distinct r.enrolment_id) as people,
       count(distinct r.enrolment_id) filter (where exists (
         select from sends s where s.enrolment_id = r.enrolment_id and ${arrived} and (grouped.whole or s.step = r.step))) as "ofReached"
     from response r
     cross join (values (true), (false)) as grouped(whole)
     left join place p on not grouped.whole and p.version = r.version and p.n = r.step
     left join sends v on not grouped.whole and v.enrolment_id = r.enrolment_id and v.step = r.step
     where grouped.whole or p.id is not null
     group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    [launchId, null],
  );
}

export interface Traffic {
  sequenceId: string;
  mailboxId: string;
  /** Messages that left in the time: accepted by the server, and what bounced of them later. */
  sent: number;
  bouncedLater: number;
  refused: number;
  hardBounced: number;
  unknown: number;
  /** People whom one of these messages reached, and those of them of whom something came back, whenever that was. */
  reached: number;
  replied: number;
  autoReplied: number;
  unsubscribed: number;
  complained: number;
}

export interface Overview {
  from: Date;
  to: Date;
  traffic: Traffic[];
  sequences: { sequenceId: string; name: string }[];
  mailboxes: ReportMailbox[];
}

/** Messages of all launches that left in [from, to), and what came back of them; without dates the last thirty days. */
export async function overview(tx: Tx, range: { from: Date | null; to: Date | null }): Promise<Overview> {
  const { from, to } = await tx.row<{ from: Date; to: Date }>(
    `select coalesce($1::timestamptz, coalesce($2, decorum.now()) - interval '30 days') as from, coalesce($2::timestamptz, decorum.now()) as to`,
    [range.from, range.to],
  );
  const back = (kind: ResponseKind) => `count(distinct s.enrolment_id) filter (where ${arrived} and r.kind = '${kind}')`;
  const traffic = await tx.rows<Traffic>(
    `with message as (
       select id, enrolment_id, sequence_id, mailbox_id, step, state, because from sends
       where state in ('sent', 'unknown', 'refused') and coalesce(sent_at, handed_at, counted_at) >= $2 and coalesce(sent_at, handed_at, counted_at) < $3),
     response as (${responses})
     select s.sequence_id as "sequenceId", s.mailbox_id as "mailboxId",
       count(distinct s.id) filter (where s.state = 'sent') as sent,
       count(distinct s.id) filter (where s.state = 'sent' and s.because = 'bounced_later') as "bouncedLater",
       count(distinct s.id) filter (where s.state = 'refused') as refused,
       count(distinct s.id) filter (where s.state = 'refused' and s.because = 'hard_bounce') as "hardBounced",
       count(distinct s.id) filter (where s.state = 'unknown') as unknown,
       count(distinct s.enrolment_id) filter (where ${arrived}) as reached,
       ${back('replied')} as replied, ${back('auto_replied')} as "autoReplied",
       ${back('unsubscribed')} as unsubscribed, ${back('complained')} as complained
     from message s left join response r on r.enrolment_id = s.enrolment_id and r.step = s.step
     group by 1, 2 order by 1, 2`,
    [null, from, to],
  );
  const of = (key: 'sequenceId' | 'mailboxId') => [...new Set(traffic.map((row) => row[key]))];
  const sequences = await tx.rows<Overview['sequences'][number]>(
    `select id as "sequenceId", name from sequences where id = any($1) order by name, id`,
    [of('sequenceId')],
  );
  return { from, to, traffic, sequences, mailboxes: await reportMailboxes(tx, of('mailboxId')) };
}

function reportMailboxes(tx: Tx, mailboxIds: readonly string[]): Promise<ReportMailbox[]> {
  return tx.rows<ReportMailbox>(
    `select m.id as "mailboxId", m.address, u.id as "ownerId", u.name as "ownerName"
     from mailboxes m join users u on u.tenant_id = m.tenant_id and u.id = m.owner_id where m.id = any($1) order by m.address, m.id`,
    [mailboxIds],
  );
}
