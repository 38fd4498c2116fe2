import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { CallFacts } from '../../domain/callJudgment.ts';
import { callingWindow } from '../../domain/callingWindow.ts';
import { areaCodeTable } from '../../law/areaCodes.ts';
import { callingLaw, callingTables } from '../../law/calling.ts';
import { callWindow, judgeCall, registryDaysLeft } from '../../law/calls.ts';

const hourMs = 3_600_000;
/** A call to Pittsburgh on a Tuesday at noon that everything allows. */
function facts(change: Partial<CallFacts> = {}): CallFacts {
  return {
    callee: { number: '+14125550100', state: '', zone: null },
    at: new Date('2026-11-24T17:00:00Z'),
    exemptions: [],
    bans: [],
    isRequested: false,
    reassigned: 'not asked',
    registries: [
      { list: 'federal', dataOn: '2026-11-20', isListed: false },
      { list: 'PA', dataOn: '2026-11-20', isListed: false },
    ],
    attempts: [],
    ...change,
  };
}
const florida = {
  callee: { number: '+13055550100', state: 'Florida', zone: null },
  registries: ['federal', 'FL'].map((list) => ({ list, dataOn: '2026-11-20', isListed: false })),
};
const agoHours = (...hours: number[]) => hours.map((h) => new Date(Date.parse('2026-11-24T17:00:00Z') - h * hourMs));

test.each([
  { facts: {}, because: null, why: 'everything allows it' },
  { facts: { isRequested: true, registries: [] }, because: 'do_not_call_request', why: 'the person has said so, whatever else' },
  {
    facts: { callee: { number: '+442079460000', state: 'PA', zone: null } },
    because: 'no_rules',
    why: 'the address lends no rules',
  },
  { facts: { callee: { number: null, state: 'PA', zone: null } }, because: 'no_rules', why: 'there is no number' },
  { facts: { reassigned: 'yes' as const }, because: 'reassigned', why: 'somebody else has the number now' },
  { facts: { reassigned: 'no data' as const }, because: null, why: 'what nobody knows refuses nobody' },
  { facts: { bans: [{ state: 'PA', reason: 'flood' }] }, because: 'emergency_ban', why: 'the tenant has barred the state' },
  { facts: { bans: [{ state: 'LA', reason: 'storm' }] }, because: null, why: 'another state is barred' },
  {
    facts: { registries: [{ list: 'PA', dataOn: '2026-11-20', isListed: false }] },
    because: 'registry_missing',
    why: 'no federal list',
  },
  {
    facts: { registries: [{ list: 'federal', dataOn: '2026-11-20', isListed: false }] },
    because: 'registry_missing',
    why: 'Pennsylvania keeps a list of its own',
  },
  { facts: { at: new Date('2026-12-21T17:00:00Z') }, because: 'registry_stale', why: 'the data is 31 days old' },
  { facts: { at: new Date('2026-11-24T13:30:00Z') }, because: 'outside_window', why: '08:30 is before Pennsylvania’s nine' },
  { facts: { ...florida, attempts: agoHours(23, 5, 1) }, because: 'too_many_attempts', why: 'the fourth in 24 hours' },
  { facts: { ...florida, attempts: agoHours(24, 5, 1) }, because: null, why: 'the first of the three is 24 hours ago' },
  {
    facts: { ...florida, exemptions: ['FL'], attempts: agoHours(3, 2, 1), registries: florida.registries.slice(0, 1) },
    because: null,
    why: 'an exempted state’s list and limit fall away',
  },
])('$because: $why', ({ facts: change, because }) => {
  const judgment = judgeCall(facts(change));
  expect(judgment.because).toBe(because);
  expect(judgment.citation.length).toBeGreaterThan(8);
  expect(judgment.basis).toMatchObject({ table: callingLaw.version });
});

test.each([
  { list: 'federal', because: 'registry_listed' },
  { list: 'PA', because: 'registry_listed' },
  { list: 'TX', because: null }, // has no say in Pennsylvania
])('a number on the list $list: $because', ({ list, because }) => {
  const registries = [...facts().registries.filter((one) => one.list !== list), { list, dataOn: '2026-11-20', isListed: true }];
  expect(judgeCall(facts({ registries })).because).toBe(because);
});

test("an exemption lifts a state's hours and never the federal ones", () => {
  const at = (time: string) => callWindow(facts().callee, new Date(`2026-11-24T${time}:00Z`), { exemptions: ['PA'], bans: [] });
  expect(at('13:30')).toMatchObject({ allowed: true }); // 08:30
  expect(at('12:30')).toMatchObject({ allowed: false }); // 07:30
});

test.each([
  { on: '2026-11-20', left: 31 },
  { on: '2026-12-20', left: 1 },
  { on: '2026-12-21', left: 0 },
])('data of 2026-11-20 has $left days left on $on', ({ on, left }) => expect(registryDaysLeft('2026-11-20', on)).toBe(left));

const anyRow = fc.constantFrom(...areaCodeTable.rows);
const anyState = fc.constantFrom(...callingLaw.keys);
const anyMinute = fc
  .integer({ min: 0, max: 3 * 366 * 24 * 60 })
  .map((minutes) => Temporal.Instant.from('2026-01-01T00:00:00Z').add({ minutes }));

test('a window, from its opening to its closing, lies within the federal hours of every zone', () => {
  fc.assert(
    fc.property(anyRow, anyState, anyMinute, ({ areaCode }, state, at) => {
      const window = callingWindow({ number: `+1${areaCode}5550100`, state, at: at.toString() }, callingTables);
      if (!window.closesAt) return;
      const opensAt = window.opensAt ?? at;
      expect(Temporal.Instant.compare(opensAt, window.closesAt)).toBeLessThan(0);
      for (const instant of [opensAt, window.closesAt.subtract({ minutes: 1 })]) {
        for (const zone of window.zones) {
          const { hour } = instant.toZonedDateTimeISO(zone);
          expect({ zone, inside: hour >= 8 && hour < 21 }).toEqual({ zone, inside: true });
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('an address never widens what the number allows: not its state, not its zone', () => {
  fc.assert(
    fc.property(anyRow, anyState, anyRow, anyMinute, ({ areaCode }, state, { zones: [zone = ''] }, at) => {
      const number = `+1${areaCode}5550100`;
      const alone = callingWindow({ number, at: at.toString() }, callingTables);
      for (const more of [{ state }, { zone }, { state, zone }]) {
        const window = callingWindow({ number, at: at.toString(), ...more }, callingTables);
        expect(window.allowed && !alone.allowed).toBe(false);
        if (window.allowed && alone.closesAt && window.closesAt)
          expect(Temporal.Instant.compare(window.closesAt, alone.closesAt)).toBeLessThanOrEqual(0);
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  { day: 'a Friday', on: '2026-03-06', hours: 24 },
  { day: 'the Sunday on which clocks go forward', on: '2026-03-08', hours: 23 },
  { day: 'the Sunday on which they go back', on: '2026-11-01', hours: 25 },
])('$day opens $hours hours after the day before, in New York', ({ on, hours }) => {
  const midnight = Temporal.PlainDate.from(on).toZonedDateTime('America/New_York');
  const opening = (at: Temporal.ZonedDateTime) =>
    callingWindow({ number: '+12125550100', at: at.toInstant().toString() }, callingTables).opensAt;
  const [before, after] = [opening(midnight.subtract({ days: 1 })), opening(midnight)];
  expect(before && after?.since(before).total('hours')).toBe(hours);
});

/** The federal hours alone, so that only the clocks decide. */
const everyDay = { from: 0, to: 24 * 60 };
const federalOnly = {
  ...callingTables,
  inForce: (state: string) => ({ state, weekday: everyDay, saturday: everyDay, sunday: everyDay, barredOn: null }),
};

test('from one opening to the next it is as many hours as the day has, 23 and 25 among them, in every zone', () => {
  const seen = new Set<number>();
  const inOneZone = areaCodeTable.rows.filter(({ zones }) => zones.length === 1);
  fc.assert(
    fc.property(
      fc.constantFrom(...inOneZone),
      fc.constantFrom('2026-03-08', '2026-11-01', '2027-03-14', '2027-11-07', '2026-07-01', '2027-01-02'),
      ({ areaCode, zones: [zone = ''] }, on) => {
        const opening = (date: Temporal.PlainDate) => {
          const at = date.toZonedDateTime(zone).toInstant().toString();
          return callingWindow({ number: `+1${areaCode}5550100`, at }, federalOnly).opensAt;
        };
        const day = Temporal.PlainDate.from(on);
        const [before, after] = [opening(day.subtract({ days: 1 })), opening(day)];
        // The clocks change at night, between the opening of the day before and that of the day.
        const { hoursInDay } = day.toZonedDateTime(zone);
        seen.add(hoursInDay);
        expect(before && after?.since(before).total('hours')).toBe(hoursInDay);
      },
    ),
    { numRuns: 400 },
  );
  expect([...seen].sort((a, b) => a - b)).toEqual([23, 24, 25]);
});

test.each([
  {
    number: '+12125550100',
    state: '',
    country: 'Germany',
    zone: null,
    at: '2026-11-24T19:30:00Z',
    allowed: true,
    because: '14:30 in New York, 20:30 in Berlin',
  },
  {
    number: '+12125550100',
    state: '',
    country: 'germany',
    zone: null,
    at: '2026-11-24T20:30:00Z',
    allowed: false,
    because: '21:30 in Berlin',
  },
  {
    number: '+12125550100',
    state: '',
    country: 'Germany',
    zone: 'America/New_York',
    at: '2026-11-24T20:30:00Z',
    allowed: true,
    because: 'the zone is known to be another',
  },
  {
    number: '+12125550100',
    state: 'Bavaria',
    country: '',
    zone: null,
    at: '2026-11-24T20:30:00Z',
    allowed: true,
    because: 'nothing says where that is',
  },
  {
    number: '+12125550100',
    state: 'NY',
    country: 'DE',
    zone: null,
    at: '2026-11-24T20:30:00Z',
    allowed: false,
    because: 'a contradiction narrows',
  },
  {
    number: '+12125550100',
    state: 'NY',
    country: 'United States',
    zone: null,
    at: '2026-11-25T01:30:00Z',
    allowed: true,
    because: 'at home',
  },
  {
    number: '+12125550100',
    state: '',
    country: 'Puerto Rico',
    zone: null,
    at: '2026-11-24T14:30:00Z',
    allowed: true,
    because: '10:30 there, and 09:30 in New York',
  },
  {
    number: '+12125550100',
    state: '',
    country: 'Puerto Rico',
    zone: 'America/New_York',
    at: '2026-11-24T13:30:00Z',
    allowed: false,
    because: '08:30 is before its nine, which binds wherever the person is',
  },
])('an address in another country: $country, $because', ({ at, allowed, ...callee }) => {
  expect(callWindow(callee, new Date(at), { exemptions: [], bans: [] }).allowed).toBe(allowed);
});
