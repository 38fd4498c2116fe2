import fc from 'fast-check';
import {
  companyDays,
  forecast as forecastAt,
  type CompanyDays,
  type ForecastMailbox,
  type ForecastPerson,
} from '../../api/sendForecast.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const start = Date.parse('2026-11-02T00:00:00Z');

/** Open every day from 9 to 17 UTC. */
function openingFrom(from: number) {
  const midnight = Math.floor(from / DAY) * DAY;
  const today = { at: new Date(Math.max(from, midnight + 9 * HOUR)), closesAt: new Date(midnight + 17 * HOUR) };
  return today.at < today.closesAt
    ? today
    : { at: new Date(midnight + DAY + 9 * HOUR), closesAt: new Date(midnight + DAY + 17 * HOUR) };
}
const people = (count: number, company: string | null = null) =>
  Array.from({ length: count }, (_, key) => ({
    key,
    company,
    opening: openingFrom(start),
    reopen: (from: Date) => openingFrom(from.getTime()),
  }));
const noCompanies = () => ({ most: 3, taken: new Map<string, number>() });
const free = {
  cap: null,
  rampStart: null,
  rampStep: 0,
  sendingDays: 0,
  sentToday: false,
  counted: [],
  nextSendAt: null,
  gapSeconds: 0,
  jitterSeconds: 0,
};
const forecast = (mailbox: ForecastMailbox, who: readonly ForecastPerson<number>[], companies: CompanyDays) =>
  forecastAt(mailbox, who, companies, new Date(start));
const earlier = (...hours: number[]) => hours.map((before) => new Date(start - before * HOUR));

test.each([
  { mailbox: free, count: 3, at: ['02T09:00', '02T09:00', '02T09:00'], because: 'nothing holds them' },
  {
    mailbox: { ...free, gapSeconds: 3600 },
    count: 3,
    at: ['02T09:00', '02T10:00', '02T11:00'],
    because: 'there is an hour between two',
  },
  {
    mailbox: { ...free, gapSeconds: 3 * 3600 },
    count: 4,
    at: ['02T09:00', '02T12:00', '02T15:00', '03T09:00'],
    because: 'the window closes',
  },
  {
    mailbox: { ...free, cap: 2 },
    count: 5,
    at: ['02T09:00', '02T09:00', '03T09:00', '03T09:00', '04T09:00'],
    because: 'two go in 24 hours',
  },
  {
    mailbox: { ...free, cap: 40, rampStart: 1, rampStep: 1 },
    count: 6,
    at: ['02T09:00', '03T09:00', '03T09:00', '04T09:00', '04T09:00', '04T09:00'],
    because: 'the ramp adds one a day',
  },
  {
    mailbox: { ...free, cap: 3, counted: earlier(20, 1) },
    count: 3,
    at: ['02T09:00', '02T09:00', '03T09:00'],
    because: 'of two that went before one leaves the 24 hours in time',
  },
  {
    mailbox: { ...free, cap: 40, rampStart: 1, rampStep: 1, sendingDays: 1, sentToday: true, counted: earlier(0.5) },
    count: 3,
    at: ['02T09:00', '03T09:00', '03T09:00'],
    because: 'today is no day more of the ramp until it is over',
  },
  {
    mailbox: { ...free, nextSendAt: new Date(start + 10 * HOUR) },
    count: 1,
    at: ['02T10:00'],
    because: 'the gap of the last message is not over',
  },
])('$count messages, $because', ({ mailbox, count, at }) => {
  expect(forecast(mailbox, people(count), noCompanies()).map(({ at }) => at?.toISOString().slice(8, 16))).toEqual(at);
});

test('a company gets three first messages a day, over however many mailboxes', () => {
  const companies = noCompanies();
  const dates = [2, 6].flatMap((count) => forecast(free, people(count, 'mill.example'), companies));
  const days = dates.map(({ at }) => at?.toISOString().slice(8, 10));
  expect(days).toEqual(['02', '02', '02', '03', '03', '03', '04', '04']);
});

test('what a company has had today counts', () => {
  const companies = companyDays(3, [{ companyKey: 'mill.example', touches: 2 }], new Date(start));
  const days = forecast(free, people(2, 'mill.example'), companies).map(({ at }) => at?.toISOString().slice(8, 10));
  expect(days).toEqual(['02', '03']);
});

test('whoever does not fit into a year is said to have no date', () => {
  const dates = forecast({ ...free, cap: 1 }, people(400), noCompanies());
  expect(dates.filter(({ at }) => at === null).length).toBeGreaterThan(20);
  expect(dates).toHaveLength(400);
});

test('no more than the cap in any 24 hours, never outside the window, everybody once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: 7200 }),
      (cap, count, gapSeconds) => {
        const sends = forecast({ ...free, cap, gapSeconds }, people(count), noCompanies());
        expect(new Set(sends.map(({ key }) => key)).size).toBe(count);
        const times = sends.flatMap(({ at }) => (at ? [at.getTime()] : []));
        for (const [index, time] of times.entries()) {
          expect(time % DAY).toBeGreaterThanOrEqual(9 * HOUR);
          expect(time % DAY).toBeLessThan(17 * HOUR);
          const capth = times[index + cap];
          if (capth !== undefined) expect(capth - time).toBeGreaterThanOrEqual(DAY);
        }
      },
    ),
    { numRuns: 60 },
  );
});
