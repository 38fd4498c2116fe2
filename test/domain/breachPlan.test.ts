import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { type BreachFacts, type BreachLaw, breachPlan, endOfDue } from '../../domain/breachPlan.ts';
import { breachLaw } from '../../law/breach.ts';
import { federalHolidays } from '../../law/holidays.ts';

const holidays = federalHolidays.asObserved;
const DISCOVERED = '2026-03-02T15:00:00Z';
const NOTICE = '2026-03-05T15:00:00Z';

function law(change: Partial<BreachLaw>): BreachLaw {
  return {
    state: 'XX',
    bindsUs: true,
    credentialsAlone: false,
    encryptedDataExempt: true,
    consumers: null,
    regulators: null,
    sectorRegulators: [],
    creditBureaus: null,
    ...change,
  };
}

function plan(rules: BreachLaw | null, facts: Partial<BreachFacts> = {}) {
  return breachPlan({ discoveredAt: DISCOVERED, residents: { XX: 100 }, data: ['ssn'], ...facts }, () => rules, holidays);
}

const toRegulator = { names: ['Attorney General'], minResidents: 1, clock: null, byConsumerNotice: null } as const;

test.each([
  { clock: { from: 'discovery', days: 10, unit: 'calendar' }, by: null, due: '2026-03-12', because: 'its own clock' },
  { clock: { from: 'discovery', days: 45, unit: 'calendar' }, by: 'with', due: NOTICE, because: 'the notice is earlier' },
  {
    clock: { from: 'discovery', days: 2, unit: 'calendar' },
    by: 'with',
    due: '2026-03-04',
    because: 'the clock is earlier: its day ends before the notice',
  },
  {
    clock: { from: 'discovery', days: 3, unit: 'calendar' },
    by: 'with',
    due: NOTICE,
    because: 'the day of the notice ends after it',
  },
  { clock: null, by: 'with', due: NOTICE, because: 'no clock of its own' },
  { clock: null, by: 'before', due: NOTICE, strictly: true, because: 'before consumers hear of it' },
  {
    clock: { from: 'discovery', days: 1, unit: 'calendar' },
    by: 'before',
    due: '2026-03-03',
    because: 'a clock that ends earlier needs no "strictly"',
  },
  { clock: { from: 'consumer_notice', days: 0, unit: 'calendar' }, by: null, due: NOTICE, because: 'not later than the notice' },
  {
    clock: { from: 'consumer_notice', days: 0, unit: 'calendar' },
    by: 'before',
    due: NOTICE,
    strictly: true,
    because: 'before it',
  },
  {
    clock: { from: 'consumer_notice', days: 5, unit: 'business' },
    by: null,
    due: '2026-03-12',
    because: 'business days after the notice',
  },
  {
    clock: { from: 'determination', days: 30, unit: 'calendar' },
    by: null,
    due: '2026-04-03',
    because: 'from the determination',
  },
  { clock: { from: 'determination', hours: 72 }, by: null, due: '2026-03-07T09:00:00Z', because: 'hours are an instant' },
] as const)('a regulator is due $due: $because', ({ clock, by, due, ...rest }) => {
  const rules = law({ regulators: { ...toRegulator, clock, byConsumerNotice: by } });
  const expected = { state: 'XX', to: 'Attorney General', due, ...('strictly' in rest && { strictlyBefore: true }) };
  expect(plan(rules, { determinedAt: '2026-03-04T09:00:00Z' }).regulators).toEqual([expected]);
});

test.each([
  { facts: { residents: { XX: 99 } }, told: false, because: 'one too few' },
  { facts: { residents: { XX: 100 } }, told: true, because: 'exactly as many' },
  { facts: { data: ['email_and_password'] }, told: false, because: 'credentials alone' },
  { facts: { data: ['email_and_password', 'ssn'] }, told: true, because: 'credentials beside a number' },
  { facts: { encrypted: true, keySafe: true }, told: false, because: 'encrypted, the key is safe' },
  { facts: { encrypted: true }, told: true, because: 'encrypted, nothing known of the key' },
  { facts: { keySafe: true }, told: true, because: 'a safe key of nothing' },
] satisfies { facts: Partial<BreachFacts>; told: boolean; because: string }[])(
  'regulator told: $told, $because',
  ({ facts, told }) => {
    const rules = law({ regulators: { ...toRegulator, minResidents: 100, byConsumerNotice: 'with' } });
    expect(plan(rules, facts).regulators).toHaveLength(told ? 1 : 0);
  },
);

test.each([
  { rules: law({}), facts: {}, by: NOTICE, because: 'whatever the law says' },
  { rules: null, facts: {}, by: NOTICE, because: 'where no law is known' },
  { rules: law({ bindsUs: false }), facts: {}, by: NOTICE, because: 'where the law binds others' },
  { rules: law({}), facts: { encrypted: true, keySafe: true }, by: null, because: 'nobody is left' },
  {
    rules: law({ encryptedDataExempt: false }),
    facts: { encrypted: true, keySafe: true },
    by: NOTICE,
    because: 'encryption does not count there',
  },
  { rules: null, facts: { encrypted: true, keySafe: true }, by: NOTICE, because: 'no law, no exemption' },
  { rules: law({}), facts: { residents: { XX: 0 } }, by: null, because: 'nobody is affected' },
])('our own promise is $by: $because', ({ rules, facts, by }) => {
  expect(plan(rules, facts).consumersBy).toBe(by);
});

test('the regulator of a sector hears by its fact alone, whatever the count', () => {
  const sectorRegulators = [
    { name: 'Department of Financial Services', fact: 'nyDfsCoveredEntity', clock: { from: 'determination', hours: 72 } },
  ] as const;
  const rules = law({ sectorRegulators, regulators: { ...toRegulator, minResidents: 500, byConsumerNotice: 'with' } });
  expect(plan(rules).regulators).toEqual([]);
  expect(plan(rules, { nyDfsCoveredEntity: true, residents: { XX: 1 } }).regulators).toEqual([
    { state: 'XX', to: 'Department of Financial Services', due: NOTICE },
  ]);
  expect(plan(rules, { nyDfsCoveredEntity: true, data: ['email_and_password'] }).regulators).toEqual([]);
});

test.each([
  { bureaus: { minResidents: 100, clock: null, condition: null }, expected: { due: NOTICE }, because: 'with the notice' },
  {
    bureaus: { minResidents: 100, clock: { from: 'discovery', hours: 48 }, condition: null },
    expected: { due: '2026-03-04T15:00:00Z' },
    because: 'hours',
  },
  {
    bureaus: { minResidents: 100, clock: { from: 'discovery', days: 45, unit: 'calendar' }, condition: null },
    expected: { due: '2026-04-16' },
    because: 'a date of its own, also after the notice',
  },
  {
    bureaus: { minResidents: 1, clock: null, condition: 'only if' },
    expected: { due: NOTICE, conditional: true },
    because: 'on a condition',
  },
] satisfies { bureaus: BreachLaw['creditBureaus']; expected: object; because: string }[])(
  'credit bureaus hear $because',
  ({ bureaus, expected }) => {
    expect(plan(law({ creditBureaus: bureaus })).creditBureaus).toEqual([{ state: 'XX', ...expected }]);
  },
);

test('credit bureaus do not hear of fewer', () => {
  expect(plan(law({ creditBureaus: { minResidents: 101, clock: null, condition: null } })).creditBureaus).toEqual([]);
});

test.each([
  { due: '2026-03-04', ends: '2026-03-05T00:00:00Z', because: 'a date ends at 24:00 UTC' },
  { due: NOTICE, ends: NOTICE, because: 'an instant is one' },
])('$due ends $ends: $because', ({ due, ends }) => {
  expect(endOfDue(due).toString()).toBe(ends);
});

const anyFacts = fc.record({
  discoveredAt: fc
    .integer({ min: 0, max: 2_000_000 })
    .map((minutes) => Temporal.Instant.from('2026-01-01T00:00:00Z').add({ minutes }).toString()),
  residents: fc.dictionary(fc.constantFrom(...breachLaw.keys), fc.nat(20_000), { maxKeys: 12 }),
  data: fc.uniqueArray(fc.constantFrom('ssn', 'driver_licence', 'email_and_password'), { minLength: 1 }),
  encrypted: fc.boolean(),
  keySafe: fc.boolean(),
  nyDfsCoveredEntity: fc.boolean(),
});

test('the promise is the first clock of all that concern consumers, and every list is in order', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const on = facts.discoveredAt.slice(0, 10);
      const { consumersBy, consumersByLaw, regulators, creditBureaus } = breachPlan(
        facts,
        (state) => breachLaw.inForce(state, on),
        holidays,
      );
      for (const date of Object.values(consumersByLaw)) {
        expect(Temporal.Instant.compare(consumersBy ?? '', endOfDue(date))).toBeLessThanOrEqual(0);
      }
      const order = regulators.map(({ state, to }) => `${state} ${to}`);
      expect(order).toEqual([...order].sort());
      expect(creditBureaus.map(({ state }) => state)).toEqual(creditBureaus.map(({ state }) => state).sort());
      for (const { state } of [...regulators, ...creditBureaus]) expect(facts.residents[state]).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test('more people never mean fewer notices', () => {
  fc.assert(
    fc.property(anyFacts, fc.nat(5000), (facts, more) => {
      const grown = {
        ...facts,
        residents: Object.fromEntries(Object.entries(facts.residents).map(([state, count]) => [state, count + more])),
      };
      const [before, after] = [facts, grown].map((given) =>
        breachPlan(given, (state) => breachLaw.inForce(state, '2026-11-23'), holidays),
      );
      expect(after?.regulators).toEqual(expect.arrayContaining([...(before?.regulators ?? [])]));
      expect(after?.creditBureaus).toEqual(expect.arrayContaining([...(before?.creditBureaus ?? [])]));
    }),
    { numRuns: 300 },
  );
});
