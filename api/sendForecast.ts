import { type Allowance, allowance } from '../domain/mailboxAllowance.ts';
import type { Opening } from '../domain/opening.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Beyond this a forecast says no more than "not within a year". */
const HORIZON_DAYS = 366;

export interface ForecastMailbox extends Allowance {
  /** Days before today on which it sent. */
  readonly sendingDays: number;
  readonly sentToday: boolean;
  /** Instants of what it has sent within the last 24 hours, oldest first. */
  readonly counted: readonly Date[];
  /** Nothing goes before: the gap after its last message. */
  readonly nextSendAt: Date | null;
  readonly gapSeconds: number;
  readonly jitterSeconds: number;
}

/** First messages by company and day, over all mailboxes: the forecasts of a launch share one. */
export interface CompanyDays {
  readonly most: number;
  readonly taken: Map<string, number>;
}

/** With what each company has had at the day of `now`. */
export function companyDays(most: number, today: readonly { companyKey: string; touches: number }[], now: Date): CompanyDays {
  return { most, taken: new Map(today.map(({ companyKey, touches }) => [dayOf(now.getTime(), companyKey), touches])) };
}

/** Somebody whose first message waits for `opening`; `reopen` gives the next one from an instant on, null: never. */
export interface ForecastPerson<Key> {
  readonly key: Key;
  /** Null: free mail, which is no company. */
  readonly company: string | null;
  readonly opening: Opening;
  reopen(from: Date): Opening | null;
}

/**
 * When each person's first message would go over one mailbox that has nothing else to do from `now` on: caps, ramp, the mean gap and the
 * company's day counted as the claim counts them, with what has been sent by then. A forecast, not a promise: what else the mailbox will
 * send, and who opts out, is not known yet; a rehearsal knows the first.
 */
export function forecast<Key>(
  mailbox: ForecastMailbox,
  people: readonly ForecastPerson<Key>[],
  companies: CompanyDays,
  now: Date,
): { key: Key; at: Date | null }[] {
  const gapMs = (mailbox.gapSeconds + mailbox.jitterSeconds / 2) * 1000;
  const sentAt = mailbox.counted.map((at) => at.getTime()); // ascending
  const days = new Set(mailbox.sentToday ? [Math.floor(now.getTime() / DAY_MS)] : []);
  let freeAt = mailbox.nextSendAt?.getTime() ?? -Infinity;
  const result: { key: Key; at: Date | null }[] = [];
  let queue = [...people].sort(byOpening);
  const horizon = (queue[0]?.opening.at.getTime() ?? 0) + HORIZON_DAYS * DAY_MS;
  while (queue.length > 0) {
    const missed: ForecastPerson<Key>[] = [];
    for (const person of queue) {
      const earliest = Math.max(person.opening.at.getTime(), freeAt);
      const at = afterLimit(earliest);
      const isOpen = at < person.opening.closesAt.getTime();
      if (isOpen && hasRoom(person.company, at)) {
        sentAt.push(at);
        freeAt = at + gapMs;
        days.add(Math.floor(at / DAY_MS));
        result.push({ key: person.key, at: new Date(at) });
        continue;
      }
      const opening = at < horizon ? person.reopen(new Date(isOpen ? nextDay(at) : at)) : null;
      if (opening) missed.push({ ...person, opening });
      else result.push({ key: person.key, at: null });
    }
    queue = missed.sort(byOpening);
  }
  return result;

  /** Takes a place in the company's day, when there is one. */
  function hasRoom(company: string | null, at: number): boolean {
    if (company === null) return true;
    const key = dayOf(at, company);
    const taken = companies.taken.get(key) ?? 0;
    if (taken >= companies.most) return false;
    companies.taken.set(key, taken + 1);
    return true;
  }

  /** The first instant from `earliest` on at which the rolling 24 hours have room. */
  function afterLimit(earliest: number): number {
    const today = Math.floor(earliest / DAY_MS);
    const allowed = allowance(mailbox, mailbox.sendingDays + [...days].filter((day) => day < today).length);
    if (allowed === null || sentAt.length < allowed) return earliest;
    const leaves = (sentAt[sentAt.length - allowed] ?? 0) + DAY_MS;
    return leaves <= earliest ? earliest : afterLimit(leaves);
  }
}

function dayOf(at: number, company: string): string {
  return `${Math.floor(at / DAY_MS)} ${company}`;
}

function nextDay(at: number): number {
  return (Math.floor(at / DAY_MS) + 1) * DAY_MS;
}

function byOpening<Key>(a: ForecastPerson<Key>, b: ForecastPerson<Key>): number {
  return a.opening.at.getTime() - b.opening.at.getTime();
}
