import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { type CallingTables, callingWindow } from '../../domain/callingWindow.ts';
import { areaCodeTable } from '../../law/areaCodes.ts';
import { callingLaw, callingTables } from '../../law/calling.ts';

test.each([
  { number: '+12125550100', at: '2026-06-10T12:00:00Z', opens: 'now', because: '08:00 in New York' },
  { number: '+12125550100', at: '2026-06-11T00:59:59Z', opens: 'now', because: 'the last second before 21:00' },
  { number: '+12125550100', at: '2026-06-11T01:00:00Z', opens: '2026-06-11T12:00:00Z', because: '21:00 is closed' },
  { number: '+12125550100', at: '2026-06-10T11:59:59.999Z', opens: '2026-06-10T12:00:00Z', because: 'to the millisecond' },
  {
    number: '+15125550100',
    at: '2026-06-07T16:00:00Z',
    opens: '2026-06-07T17:00:00Z',
    because: 'Texas opens at noon on Sundays',
  },
  { number: '+12055550100', at: '2027-02-09T16:00:00Z', opens: '2027-02-10T14:00:00Z', because: 'Mardi Gras in Alabama' },
  {
    number: '+12125550100',
    state: 'AL',
    at: '2027-02-09T16:00:00Z',
    opens: '2027-02-10T14:00:00Z',
    because: "the address's holidays bind too",
  },
  {
    number: '+12055550100',
    state: 'NY',
    at: '2027-02-09T16:00:00Z',
    opens: '2027-02-10T14:00:00Z',
    because: "and the number's, wherever the person is",
  },
  { number: '+15045550100', at: '2028-11-07T18:00:00Z', opens: '2028-11-08T14:00:00Z', because: 'Louisiana votes in even years' },
  { number: '+15045550100', at: '2027-11-02T18:00:00Z', opens: 'now', because: 'and not in odd ones' },
  { number: '+14015550100', at: '2026-05-04T18:00:00Z', opens: '2026-05-05T13:00:00Z', because: 'Rhode Island Independence Day' },
  {
    number: '+18015550100',
    at: '2027-07-23T18:00:00Z',
    opens: '2027-07-26T14:00:00Z',
    because: 'Pioneer Day observed, the day, a Sunday',
  },
  { number: '+16715550100', at: '2026-06-10T22:00:00Z', opens: 'now', because: 'Guam: 08:00 of the next day' },
  { number: '+16845550100', at: '2026-06-10T18:59:00Z', opens: '2026-06-10T19:00:00Z', because: 'American Samoa: 07:59' },
  {
    number: '+16715550100',
    state: 'AS',
    at: '2026-06-10T18:59:00Z',
    opens: '2026-06-10T22:00:00Z',
    because: 'Guam opens while Samoa is open',
  },
  {
    number: '+12125550100',
    zone: 'Asia/Tokyo',
    at: '2026-06-10T14:00:00Z',
    opens: '2026-06-10T23:00:00Z',
    because: 'a zone without a state is a place too',
  },
  { number: '+18005550100', at: '2026-06-10T15:00:00Z', opens: null, because: 'toll-free' },
  {
    number: '+18885550100',
    state: 'NY',
    zone: 'America/New_York',
    at: '2026-06-10T15:00:00Z',
    opens: null,
    because: 'an address does not help',
  },
  { number: '+14165550100', at: '2026-06-10T15:00:00Z', opens: null, because: 'Canada' },
  { number: '+442079460000', at: '2026-06-10T15:00:00Z', opens: null, because: 'abroad' },
  { number: '+1212555010', at: '2026-06-10T15:00:00Z', opens: null, because: 'a digit short' },
  { number: '+12121550100', at: '2026-06-10T15:00:00Z', opens: null, because: 'no exchange begins with 1' },
  { number: '+12125550100', state: 'ON', at: '2026-06-10T15:00:00Z', opens: null, because: 'no rules for Ontario' },
])('$number, address $state $zone, at $at: $opens, $because', ({ opens, ...facts }) => {
  const { allowed, opensAt, reason } = callingWindow(facts, callingTables);
  expect(allowed).toBe(opens === 'now');
  expect(opensAt?.toString() ?? null).toBe(opens === 'now' ? null : opens);
  expect(reason === '').toBe(allowed);
});

test.each([
  { number: '+12055550100', at: '2026-06-07T16:00:00Z', reason: 'AL allows no calls on Sunday (America/Chicago)' },
  { number: '+12055550100', at: '2026-04-27T15:00:00Z', reason: 'AL legal holiday 2026-04-27 in America/Chicago' },
  { number: '+18505550100', at: '2026-07-15T12:30:00Z', reason: '07:30 in America/Chicago is outside FL 08:00-20:00' },
])('says why: $reason', ({ number, at, reason }) => {
  expect(callingWindow({ number, at }, callingTables).reason).toBe(reason);
});

test('a change of law counts from its first day in the place', () => {
  const open = { from: 8 * 60, to: 21 * 60 };
  const until = { state: 'NY', weekday: open, saturday: open, sunday: open, barredOn: null };
  const tables: CallingTables = {
    ...callingTables,
    inForce: (_, on) => (on < '2027-01-01' ? until : { ...until, weekday: null }),
  };
  const at = (instant: string) => callingWindow({ number: '+12125550100', at: instant }, tables);
  expect(at('2027-01-01T01:30:00Z')).toMatchObject({ allowed: true }); // 20:30 of the old year
  expect(at('2027-01-01T15:00:00Z').opensAt?.toString()).toBe('2027-01-02T13:00:00Z'); // a Friday: Saturday opens
});

test('where no rule is in force nobody is called', () => {
  const tables: CallingTables = { ...callingTables, inForce: () => null };
  expect(callingWindow({ number: '+12125550100', at: '2026-06-10T15:00:00Z' }, tables)).toMatchObject({
    allowed: false,
    opensAt: null,
  });
});

/** The rule again, asked of the wall clock minute by minute. */
function allowedByWallClock(states: readonly string[], zones: readonly string[], at: Temporal.Instant): boolean {
  return zones.every((zone) => {
    const local = at.toZonedDateTimeISO(zone);
    const date = local.toPlainDate().toString();
    const minute = local.hour * 60 + local.minute;
    return states.every((state) => {
      const rules = callingLaw.inForce(state, date);
      if (!rules || rules.barredOn?.has(date)) return false;
      const hours = local.dayOfWeek === 7 ? rules.sunday : local.dayOfWeek === 6 ? rules.saturday : rules.weekday;
      return hours !== null && Math.max(hours.from, 480) <= minute && minute < Math.min(hours.to, 1260);
    });
  });
}

const anyRow = fc.constantFrom(...areaCodeTable.rows);
const anyAddress = fc.option(fc.constantFrom(...callingLaw.keys), { nil: undefined });
const anyMinute = fc
  .integer({ min: 0, max: 3 * 366 * 24 * 60 })
  .map((minutes) => Temporal.Instant.from('2026-01-01T00:00:00Z').add({ minutes }));

test('it opens when every zone and every state allow it, and no minute before', () => {
  fc.assert(
    fc.property(anyRow, anyAddress, anyMinute, ({ areaCode, state: home, zones: homeZones }, state, at) => {
      const states = state === undefined ? [home] : [home, state];
      const zones = [...homeZones, ...areaCodeTable.rows.filter((row) => row.state === state).flatMap((row) => row.zones)];
      const { allowed, opensAt } = callingWindow(
        { number: `+1${areaCode}5550100`, at: at.toString(), ...(state && { state }) },
        callingTables,
      );
      expect(allowed).toBe(allowedByWallClock(states, zones, at));
      if (allowed) return expect(opensAt).toBeNull();
      const end = opensAt ?? at.add({ hours: 48 });
      if (opensAt) expect(allowedByWallClock(states, zones, opensAt)).toBe(true);
      for (
        let before = end.subtract({ minutes: 1 }), left = 200;
        left > 0 && Temporal.Instant.compare(before, at) >= 0;
        left -= 1
      ) {
        expect(allowedByWallClock(states, zones, before)).toBe(false);
        before = before.subtract({ minutes: 7 });
      }
    }),
    { numRuns: 120 },
  );
});

test('no call before 08:00 or from 21:00 on, in any zone the number may be in (47 CFR 64.1200(c)(1))', () => {
  fc.assert(
    fc.property(anyRow, anyMinute, ({ areaCode, zones }, at) => {
      const { allowed } = callingWindow({ number: `+1${areaCode}5550100`, at: at.toString() }, callingTables);
      const hours = zones.map((zone) => at.toZonedDateTimeISO(zone).hour);
      return !allowed || hours.every((hour) => hour >= 8 && hour < 21);
    }),
    { numRuns: 1000 },
  );
});
