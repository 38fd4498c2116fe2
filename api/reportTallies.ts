import type { z } from 'zod';
import type { LaunchReport as Counted, Overview as CountedOverview, Responses, Standings, Traffic } from '../db/reports.ts';
import type { Standing } from '../db/standings.ts';
import { variantIds } from '../domain/sequence.ts';
import type { Flow, LaunchReport, Overview, StepCounts, StepReport, Sums, Tally } from './reportShapes.ts';

type Rates = z.input<typeof Sums>['rates'];
type StepRow = z.input<typeof StepReport>;
type SumRow = z.input<typeof Sums>;
type FlowRow = z.input<typeof Flow>;

/** The parts of a launch's report, each summed from the same counted rows. */
export function tallied(report: Counted): Pick<z.input<typeof LaunchReport>, 'total' | 'steps' | 'mailboxes' | 'reps'> {
  const sumsOf = (mailboxIds: ReadonlySet<string>) => sums(report, mailboxIds);
  return {
    total: sumsOf(new Set(report.people.map(({ mailboxId }) => mailboxId))),
    steps: report.steps.map((step) => stepRow(report, step)),
    mailboxes: report.mailboxes.map(({ mailboxId, address }) => ({ mailboxId, address, ...sumsOf(new Set([mailboxId])) })),
    reps: repsOf(report.mailboxes).map(({ mailboxIds, ...rep }) => ({ ...rep, ...sumsOf(mailboxIds) })),
  };
}

function stepRow(report: Counted, { id, variants, ...step }: Counted['steps'][number]): StepRow {
  const rows = report.standings.filter(({ stepId }) => stepId === id);
  const responses = report.responses.filter(({ stepId }) => stepId === id);
  // Also a letter that only an older version had: its people had those words.
  const letters = variantIds.filter(
    (letter) => variants.some(({ variant }) => variant === letter) || rows.some(({ variant }) => variant === letter),
  );
  return {
    stepId: id,
    ...step,
    ...stepCounts(rows, responses),
    variants: letters.map((letter) => ({
      variant: letter,
      subject: variants.find(({ variant }) => variant === letter)?.subject ?? '',
      ...stepCounts(
        rows.filter(({ variant }) => variant === letter),
        responses.filter(({ variant }) => variant === letter),
      ),
    })),
  };
}

function stepCounts(rows: readonly Standings[], responses: readonly Responses[]): z.input<typeof StepCounts> {
  const at = (...standings: Standing[]) => people(rows.filter(({ standing }) => standings.includes(standing)));
  const tally = (...standings: Standing[]) =>
    tallyBy(
      rows.filter(({ standing }) => standings.includes(standing)),
      ({ because }) => because,
    );
  const all = people(rows);
  const got = at('sent', 'done');
  return {
    people: all,
    got,
    notGot: all - got,
    sent: at('sent', 'bounced'),
    bouncedLater: at('bounced'),
    unknown: at('unknown'),
    planned: tally('planned', 'sending'),
    held: tally('held'),
    waiting: tally('waiting', 'task_open'),
    refused: tallyBy(
      rows.filter(({ standing }) => standing === 'refused'),
      ({ answerClass, because }) => answerClass ?? because,
    ),
    cancelled: tally('cancelled'),
    stopped: tally('stopped'),
    blocked: tally('blocked'),
    skipped: tally('skipped'),
    tasks: tallyBy(
      rows.filter(({ taskState }) => taskState !== null),
      ({ taskState, taskOutcome }) => taskOutcome ?? taskState,
    ),
    ...responded(responses, 'people'),
    rates: rates({ ...wire(rows), reached: reached(responses), ...responded(responses, 'ofReached') }),
  };
}

function sums(report: Counted, mailboxIds: ReadonlySet<string>): SumRow {
  const rows = report.standings.filter(({ kind, mailboxId }) => kind === 'email' && mailboxIds.has(mailboxId));
  const responses = report.responses.filter(({ stepId, mailboxId }) => stepId === null && mailboxIds.has(mailboxId));
  const at = (...standings: Standing[]) => people(rows.filter(({ standing }) => standings.includes(standing)));
  const { sent, bouncedLater } = wire(rows);
  return {
    people: people(report.people.filter(({ mailboxId }) => mailboxIds.has(mailboxId))),
    reached: reached(responses),
    planned: at('planned', 'sending'),
    held: at('held'),
    sent,
    bouncedLater,
    unknown: at('unknown'),
    refused: at('refused'),
    cancelled: at('cancelled'),
    ...responded(responses, 'people'),
    rates: rates({ ...wire(rows), reached: reached(responses), ...responded(responses, 'ofReached') }),
  };
}

export function overviewOf(overview: CountedOverview): z.input<typeof Overview> {
  const { from, to, traffic, sequences, mailboxes } = overview;
  const of = (mailboxIds: ReadonlySet<string>) => flow(traffic.filter(({ mailboxId }) => mailboxIds.has(mailboxId)));
  return {
    from,
    to,
    total: flow(traffic),
    sequences: sequences.map((sequence) => ({
      ...sequence,
      ...flow(traffic.filter(({ sequenceId }) => sequenceId === sequence.sequenceId)),
    })),
    reps: repsOf(mailboxes).map(({ mailboxIds, ...rep }) => ({ ...rep, ...of(mailboxIds) })),
    mailboxes: mailboxes.map(({ mailboxId, address }) => ({ mailboxId, address, ...of(new Set([mailboxId])) })),
  };
}

/** An enrolment has one sequence and one mailbox, so people of different rows are different people of a launch. */
function flow(traffic: readonly Traffic[]): FlowRow {
  const sum = (key: Exclude<keyof Traffic, 'sequenceId' | 'mailboxId'>) => traffic.reduce((all, row) => all + row[key], 0);
  const counts = {
    reached: sum('reached'),
    sent: sum('sent'),
    bouncedLater: sum('bouncedLater'),
    unknown: sum('unknown'),
    refused: sum('refused'),
    replied: sum('replied'),
    autoReplied: sum('autoReplied'),
    unsubscribed: sum('unsubscribed'),
    complained: sum('complained'),
  };
  return { ...counts, rates: rates({ ...counts, hardBounced: sum('hardBounced') }) };
}

/** The numbers that mailing rules are about: what servers took, refused for good and sent back. */
function wire(rows: readonly Standings[]): { sent: number; bouncedLater: number; hardBounced: number } {
  return {
    sent: people(rows.filter(({ standing }) => standing === 'sent' || standing === 'bounced')),
    bouncedLater: people(rows.filter(({ standing }) => standing === 'bounced')),
    hardBounced: people(rows.filter(({ standing, because }) => standing === 'refused' && because === 'hard_bounce')),
  };
}

function rates(counts: {
  sent: number;
  bouncedLater: number;
  hardBounced: number;
  reached: number;
  replied: number;
  unsubscribed: number;
  complained: number;
}): Rates {
  const { sent, bouncedLater, hardBounced, reached } = counts;
  return {
    bounced: rate(bouncedLater + hardBounced, sent + hardBounced),
    replied: rate(counts.replied, reached),
    unsubscribed: rate(counts.unsubscribed, reached),
    complained: rate(counts.complained, reached),
  };
}

function rate(count: number, of: number): Rates['replied'] {
  return { count, of, share: of === 0 ? null : count / of };
}

function responded(responses: readonly Responses[], column: 'people' | 'ofReached') {
  const of = (kind: Responses['kind']) => responses.filter((row) => row.kind === kind).reduce((sum, row) => sum + row[column], 0);
  return {
    replied: of('replied'),
    autoReplied: of('auto_replied'),
    unsubscribed: of('unsubscribed'),
    complained: of('complained'),
  };
}

function reached(responses: readonly Responses[]): number {
  return people(responses.filter(({ kind }) => kind === 'reached'));
}

function people(rows: readonly { people: number }[]): number {
  return rows.reduce((sum, row) => sum + row.people, 0);
}

function tallyBy<Row extends { people: number }>(
  rows: readonly Row[],
  reasonOf: (row: Row) => string | null,
): z.input<typeof Tally> {
  const by: Record<string, number> = {};
  for (const row of rows) {
    const reason = reasonOf(row) ?? '';
    by[reason] = (by[reason] ?? 0) + row.people;
  }
  return { total: people(rows), by };
}

/** Reps by name, each with the mailboxes of theirs. */
function repsOf(mailboxes: Counted['mailboxes']): { userId: string; name: string; mailboxIds: Set<string> }[] {
  const reps = new Map<string, { userId: string; name: string; mailboxIds: Set<string> }>();
  for (const { mailboxId, ownerId, ownerName } of mailboxes) {
    const rep = reps.get(ownerId) ?? { userId: ownerId, name: ownerName, mailboxIds: new Set() };
    rep.mailboxIds.add(mailboxId);
    reps.set(ownerId, rep);
  }
  return [...reps.values()].sort((a, b) => a.name.localeCompare(b.name, 'en') || (a.userId < b.userId ? -1 : 1));
}
