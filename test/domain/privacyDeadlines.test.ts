import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  closureDeadlines,
  type PrivacyLaw,
  type PrivacyRequestKind,
  type PrivacyTables,
  requestDeadlines,
} from '../../domain/privacyDeadlines.ts';
import { privacyLaw, privacyTables } from '../../law/privacy.ts';

function deadlines(receivedAt: string, state: string | null, kind: PrivacyRequestKind, tables: PrivacyTables = privacyTables) {
  const { receivedDate, acknowledge, answer, extended, basis } = requestDeadlines({ receivedAt, state, kind }, tables);
  return { receivedDate, acknowledge: acknowledge?.date ?? null, answer: answer.date, extended: extended?.date ?? null, basis };
}

test.each([
  { state: 'CA', kind: 'access', answer: '2026-10-01', extended: '2026-11-15', because: 'policy: 30, then 45 more' },
  { state: 'VA', kind: 'access', answer: '2026-10-16', extended: '2026-11-30', because: 'policy and law: 45, then 45 more' },
  { state: 'FL', kind: 'access', answer: '2026-10-16', extended: '2026-10-31', because: 'the law extends by 15 days only' },
  {
    state: 'IA',
    kind: 'access',
    answer: '2026-10-16',
    extended: '2026-11-30',
    because: 'the law would give 90 days; the policy does not',
  },
  { state: 'NY', kind: 'access', answer: '2026-10-16', extended: '2026-11-30', because: 'no law: the policy' },
  { state: null, kind: 'access', answer: '2026-10-01', extended: '2026-11-15', because: "unknown: California's rules" },
  { state: 'ON', kind: 'access', answer: '2026-10-01', extended: '2026-11-15', because: 'what is no state is unknown' },
  {
    state: 'VA',
    kind: 'complaint',
    answer: '2026-10-16',
    extended: '2026-11-30',
    because: 'a complaint runs as an access request',
  },
  { state: 'CA', kind: 'opt_out', answer: '2026-09-23', extended: null, because: '15 business days over Labor Day' },
  { state: 'CA', kind: 'limit', answer: '2026-09-23', extended: null, because: 'to limit is to opt out' },
  { state: 'CA', kind: 'appeal', answer: '2026-10-16', extended: null, because: '45 days; the law knows no appeal' },
  { state: 'VA', kind: 'appeal', answer: '2026-10-16', extended: null, because: 'the law would give 60' },
  { state: 'VA', kind: 'unsubscribe', answer: '2026-09-16', extended: null, because: '10 business days' },
] as const)('$kind from $state is answered by $answer, extended $extended: $because', ({ state, kind, answer, extended }) => {
  const received = '2026-09-01T18:00:00Z';
  const acknowledge = kind === 'unsubscribe' ? null : '2026-09-16';
  expect(deadlines(received, state, kind)).toMatchObject({ receivedDate: '2026-09-01', acknowledge, answer, extended });
});

test.each([
  { state: 'NY', at: '2026-12-01T04:59:00Z', on: '2026-11-30', because: '23:59 in New York' },
  { state: 'NY', at: '2026-12-01T05:00:00Z', on: '2026-12-01', because: 'midnight' },
  { state: 'TX', at: '2026-12-01T06:30:00Z', on: '2026-11-30', because: 'El Paso is an hour behind Dallas' },
  { state: 'HI', at: '2026-12-01T09:59:00Z', on: '2026-11-30', because: 'Honolulu' },
  { state: null, at: '2026-12-01T09:59:00Z', on: '2026-11-30', because: 'unknown: Honolulu' },
  { state: 'GU', at: '2026-11-30T14:00:00Z', on: '2026-12-01', because: 'Guam is a day ahead' },
])('$state at $at was received on $on: $because', ({ state, at, on }) => {
  expect(deadlines(at, state, 'access').receivedDate).toBe(on);
  expect(closureDeadlines({ receivedAt: at, state }, privacyTables).receivedDate).toBe(on);
});

test.each([
  { state: 'CA', basis: 'law', because: 'business contacts are covered there' },
  { state: 'VA', basis: 'policy', because: 'and nowhere else' },
  { state: 'NY', basis: 'policy', because: 'no law' },
  { state: null, basis: 'policy', because: 'whose law it is, is not known' },
])('the basis for $state is $basis: $because', ({ state, basis }) => {
  expect(deadlines('2026-09-01T18:00:00Z', state, 'access').basis).toBe(basis);
});

test('a law in force from a day on counts for what is received from that day on', () => {
  const coming: PrivacyLaw = {
    citation: 'a law to come',
    responseDays: 20,
    extensionDays: 10,
    acknowledge: { days: 5, unit: 'calendar' },
    appealDays: 15,
    businessContactsCovered: true,
  };
  const tables: PrivacyTables = { ...privacyTables, inForce: (_, on) => (on >= '2027-01-01' ? coming : null) };
  const eve = '2027-01-01T05:30:00Z'; // still 2026 in Oklahoma
  expect(deadlines(eve, 'OK', 'delete', tables)).toEqual({
    receivedDate: '2026-12-31',
    acknowledge: '2027-01-15',
    answer: '2027-02-14',
    extended: '2027-03-31',
    basis: 'policy',
  });
  const day = '2027-01-01T06:00:00Z';
  expect(deadlines(day, 'OK', 'delete', tables)).toEqual({
    receivedDate: '2027-01-01',
    acknowledge: '2027-01-06',
    answer: '2027-01-21',
    extended: '2027-01-31',
    basis: 'law',
  });
  expect(deadlines(day, 'OK', 'appeal', tables)).toMatchObject({ answer: '2027-01-16', extended: null });
});

test('Utah has two rows; the day of receipt chooses', () => {
  expect(privacyLaw.inForce('UT', '2026-06-30')?.validTo).toBe('2026-06-30');
  expect(privacyLaw.inForce('UT', '2026-07-01')?.validFrom).toBe('2026-07-01');
});

test.each([
  { date: '2026-10-31', at: '2026-11-01T04:00:00Z', because: 'midnight before the clocks change' },
  { date: '2026-11-01', at: '2026-11-02T05:00:00Z', because: 'midnight after they have' },
])('a deletion due on $date is late from $at: $because', ({ date, at }) => {
  const receivedAt = Temporal.PlainDate.from(date)
    .subtract({ days: 30 })
    .toZonedDateTime({ timeZone: 'America/New_York', plainTime: '12:00' })
    .toInstant()
    .toString();
  expect(closureDeadlines({ receivedAt, state: 'NY' }, privacyTables).livePurge).toEqual({ date, at });
});

const kinds: PrivacyRequestKind[] = [
  'access',
  'correct',
  'delete',
  'portability',
  'opt_out',
  'limit',
  'appeal',
  'complaint',
  'unsubscribe',
];
const states = [null, ...new Set([...privacyLaw.keys, 'NY', 'WY', 'GU', 'AS'])];

test('no law is broken and no promise of the policy either, whatever is asked, where and when', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...states),
      fc.constantFrom(...kinds),
      fc.integer({ min: 0, max: 3_000_000 }),
      (state, kind, minutes) => {
        const receivedAt = Temporal.Instant.from('2026-01-01T00:00:00Z').add({ minutes }).toString();
        const { receivedDate, acknowledge, answer, extended } = deadlines(receivedAt, state, kind);
        const day = (date: string) => Temporal.PlainDate.from(receivedDate).until(date).days;
        expect(day(answer)).toBeLessThanOrEqual(45);
        if (acknowledge) expect(day(acknowledge)).toBeGreaterThan(0);
        if (extended) expect(day(extended)).toBeGreaterThan(day(answer));
        if (extended) expect(day(extended)).toBeLessThanOrEqual(90);
        const law = privacyLaw.inForce(state ?? 'CA', receivedDate);
        if (law && extended) expect(day(extended)).toBeLessThanOrEqual(law.responseDays + law.extensionDays);
      },
    ),
    { numRuns: 1000 },
  );
});
