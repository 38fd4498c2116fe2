import { randomUUID } from 'node:crypto';
import { type Candidate, blockedBecause, candidates } from '../db/enrolling.ts';
import type { NewLaunch } from '../db/launches.ts';
import { findMailbox } from '../db/mailboxes.ts';
import { firstTouchesToday, sentSoFar } from '../db/sentSoFar.ts';
import { readTenant } from '../db/tenants.ts';
import type { Database, Tx } from '../db/transaction.ts';
import type { BlockedBecause } from '../domain/enrolment.ts';
import type { Opening, Place } from '../domain/opening.ts';
import type { Definition } from '../domain/sequence.ts';
import { firstOpening, openingAfter, openingAt } from '../law/openings.ts';
import { type CompanyDays, companyDays, forecast, type ForecastMailbox, type ForecastPerson } from './sendForecast.ts';

export interface Preflight {
  people: number;
  willStart: number;
  blocked: { because: BlockedBecause; count: number }[];
  blockedPeople: { contactId: string; because: BlockedBecause }[];
  /** Each with the instant of the first message; null: not within a year. */
  firstSends: { contactId: string; mailboxId: string; at: Date | null }[];
  firstAt: Date | null;
  lastFirstAt: Date | null;
  /** When the last person's last step would go, if nobody answers. */
  lastAt: Date | null;
  notWithinAYear: number;
}

interface Ready {
  contactId: string;
  company: string | null;
  place: Place;
  mailboxId: string;
  opening: Opening;
}

/** What a launch would do, by the rules that will do it: who is kept out and why, who waits, when messages would go. Changes nothing. */
export async function preflight(
  db: Database,
  tenantId: string,
  request: Pick<NewLaunch, 'sequenceId' | 'listIds' | 'mailboxIds' | 'reEnter'> & { definition: Definition },
): Promise<Preflight> {
  const { definition } = request;
  const { now, tenant, mailboxes, touchesToday } = await db.inTenant(tenantId, async (tx) => ({
    ...(await tx.row<{ now: Date }>(`select decorum.now() as now`)),
    tenant: await readTenant(tx),
    mailboxes: await mailboxesNow(tx, request.mailboxIds),
    touchesToday: await firstTouchesToday(tx),
  }));
  const openings = perPlace((place) => firstOpening(definition, place, now));
  const blockedPeople: Preflight['blockedPeople'] = [];
  const ready: Ready[] = [];
  const launchId = randomUUID(); // of no launch: the rules ask about the others
  for await (const { person, index } of everybody(db, tenantId, { ...request, launchId })) {
    const opening = openings(person);
    const because = blockedBecause(person, request) ?? (opening ? null : 'window_never_opens');
    const mailboxId = (person.mailboxId ?? request.mailboxIds[index % request.mailboxIds.length]) || '';
    if (because || !opening) blockedPeople.push({ contactId: person.contactId, because: because ?? 'window_never_opens' });
    else ready.push({ contactId: person.contactId, company: person.companyKey, place: placeOf(person), mailboxId, opening });
  }
  const companies = companyDays(tenant.firstTouchesPerCompany, touchesToday, now);
  const sends = mailboxes.flatMap((mailbox) => forecastOf(mailbox, ready, { definition, companies, now }));
  const times = sends.flatMap(({ at }) => (at ? [at.getTime()] : []));
  const last = sends.reduce<(typeof sends)[number] | null>(
    (latest, send) => ((send.at ?? 0) > (latest?.at ?? 0) ? send : latest),
    null,
  );
  return {
    people: ready.length + blockedPeople.length,
    willStart: ready.length,
    blocked: counted(blockedPeople),
    blockedPeople,
    firstSends: sends.map(({ person, at }) => ({ contactId: person.contactId, mailboxId: person.mailboxId, at })),
    firstAt: earliest(times),
    lastFirstAt: last?.at ?? null,
    lastAt: last?.at ? endOf(definition, last.person.place, last.at) : null,
    notWithinAYear: sends.length - times.length,
  };
}

/** The mailboxes with what they have sent by now. */
async function mailboxesNow(tx: Tx, mailboxIds: readonly string[]): Promise<(ForecastMailbox & { id: string })[]> {
  const sent = new Map((await sentSoFar(tx, mailboxIds)).map((mailbox) => [mailbox.mailboxId, mailbox]));
  const found = await Promise.all(mailboxIds.map((id) => findMailbox(tx, id)));
  return found.flatMap((mailbox) => {
    const soFar = sent.get(mailbox?.id ?? '');
    return mailbox && soFar ? [{ ...mailbox, ...soFar }] : [];
  });
}

/** Everybody in the lists once, page by page. */
async function* everybody(
  db: Database,
  tenantId: string,
  request: { launchId: string; sequenceId: string; listIds: readonly string[] },
): AsyncGenerator<{ person: Candidate; index: number }> {
  const seen = new Set<string>();
  const launch = { id: request.launchId, sequenceId: request.sequenceId };
  for (const listId of request.listIds) {
    for (let after: string | null = null; ; ) {
      const at: { listId: string; after: string | null; limit: number } = { listId, after, limit: 2000 };
      const page: Candidate[] = await db.inTenant(tenantId, (tx) => candidates(tx, launch, at));
      for (const [index, person] of page.entries()) {
        if (!seen.has(person.contactId)) yield { person, index };
        seen.add(person.contactId);
      }
      after = page.at(-1)?.contactId ?? null;
      if (page.length < at.limit) break;
    }
  }
}

function forecastOf(
  mailbox: ForecastMailbox & { id: string },
  ready: readonly Ready[],
  { definition, companies, now }: { definition: Definition; companies: CompanyDays; now: Date },
): { person: Ready; at: Date | null }[] {
  // The same few places come again and again, and time only goes forwards: an opening is asked for once a place and day.
  const known = new Map<string, Opening | null>();
  const reopen = (place: Place, from: Date): Opening | null => {
    const key = keyOf(place);
    const last = known.get(key);
    if (last === null || (last && last.at <= from && from < last.closesAt)) return last;
    const opening = openingAt(definition, place, from);
    known.set(key, opening);
    return opening;
  };
  const people = ready
    .filter(({ mailboxId }) => mailboxId === mailbox.id)
    .map(
      (person): ForecastPerson<Ready> => ({
        key: person,
        company: person.company,
        opening: person.opening,
        reopen: (from) => reopen(person.place, from),
      }),
    );
  return forecast(mailbox, people, companies, now).map(({ key, at }) => ({ person: key, at }));
}

/** When the last step would be due after a first message at `firstAt`, every step going on time; null: a window never opens. */
function endOf(definition: Definition, place: Place, firstAt: Date): Date | null {
  return definition.steps
    .slice(1)
    .reduce<Date | null>(
      (before, step) => (before ? (openingAfter(definition, place, step.after, before)?.at ?? null) : null),
      firstAt,
    );
}

function perPlace<Answer>(ask: (place: Place) => Answer): (place: Place) => Answer {
  const known = new Map<string, Answer>();
  return (place) => {
    const key = keyOf(place);
    const answer = known.has(key) ? (known.get(key) as Answer) : ask(place);
    known.set(key, answer);
    return answer;
  };
}

function placeOf({ zone, state, country }: Place): Place {
  return { zone, state, country };
}

function keyOf({ zone, state, country }: Place): string {
  return JSON.stringify([zone, state, country]);
}

function counted(people: Preflight['blockedPeople']): Preflight['blocked'] {
  const counts = new Map<BlockedBecause, number>();
  for (const { because } of people) counts.set(because, (counts.get(because) ?? 0) + 1);
  return [...counts].map(([because, count]) => ({ because, count }));
}

/** Not Math.min(...): a hundred thousand arguments overflow the stack. */
function earliest(times: readonly number[]): Date | null {
  const first = times.reduce((least, time) => Math.min(least, time), Infinity);
  return first === Infinity ? null : new Date(first);
}
