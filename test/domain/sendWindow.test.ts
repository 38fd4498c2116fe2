import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { BUSINESS_HOURS, isOpen, nextOpening, nextOpenPeriod, SendWindow } from '../../domain/sendWindow.ts';
import { areaCodeTable } from '../../law/areaCodes.ts';
import { federalHolidays } from '../../law/holidays.ts';

const holidays = federalHolidays.actualAndObserved;
const NONE: ReadonlySet<string> = new Set();
const ALL_DAY: SendWindow = { from: '00:00', to: '24:00', weekdays: [1, 2, 3, 4, 5, 6, 7], skipHolidays: false };
const NEW_YORK = ['America/New_York'];

test.each([
  { zones: NEW_YORK, at: '2026-03-04T15:00:00Z', opens: '2026-03-04T15:00:00Z', because: '10:00 on a Wednesday is inside' },
  { zones: NEW_YORK, at: '2026-03-04T13:30:00Z', opens: '2026-03-04T13:30:00Z', because: 'the opening belongs to the window' },
  { zones: NEW_YORK, at: '2026-03-04T22:30:00Z', opens: '2026-03-05T13:30:00Z', because: 'the closing does not' },
  {
    zones: NEW_YORK,
    at: '2026-03-06T23:00:00Z',
    opens: '2026-03-09T12:30:00Z',
    because: 'the Monday after the change opens an hour earlier in UTC',
  },
  { zones: NEW_YORK, at: '2026-10-30T22:00:00Z', opens: '2026-11-02T13:30:00Z', because: 'and an hour later in autumn' },
  {
    zones: ['Asia/Tokyo'],
    at: '2026-03-01T23:00:00Z',
    opens: '2026-03-01T23:30:00Z',
    because: 'Sunday in UTC is Monday morning in Tokyo',
  },
  {
    zones: ['Pacific/Honolulu'],
    at: '2026-03-07T02:00:00Z',
    opens: '2026-03-07T02:00:00Z',
    because: 'Saturday in UTC is Friday afternoon in Honolulu',
  },
  { zones: NEW_YORK, at: '2026-07-03T15:00:00Z', opens: '2026-07-06T12:30:00Z', because: 'Independence Day observed' },
  { zones: NEW_YORK, at: '2027-12-31T15:00:00Z', opens: '2028-01-03T13:30:00Z', because: 'New Year 2028 observed' },
  {
    zones: ['America/Adak', 'America/Anchorage'],
    at: '2026-06-10T16:00:00Z',
    opens: '2026-06-10T17:30:00Z',
    because: 'both must be open: Adak is last',
  },
  {
    zones: ['America/New_York', 'Pacific/Honolulu'],
    at: '2026-06-10T21:30:00Z',
    opens: '2026-06-11T18:30:00Z',
    because: 'New York has closed, Honolulu opens next day',
  },
  {
    zones: ['America/New_York', 'Asia/Tokyo'],
    at: '2026-06-10T21:30:00Z',
    opens: null,
    because: 'never in office hours in both',
  },
])('in $zones from $at it opens $opens: $because', ({ zones, at, opens }) => {
  expect(nextOpening(BUSINESS_HOURS, zones, holidays, at, 60)?.toString() ?? null).toBe(opens);
});

test.each([
  {
    from: '02:00',
    to: '02:30',
    at: '2026-03-08T06:00:00Z',
    opens: '2026-03-09T06:00:00Z',
    because: 'the hour does not exist that Sunday',
  },
  {
    from: '02:30',
    to: '05:00',
    at: '2026-03-08T06:00:00Z',
    opens: '2026-03-08T07:00:00Z',
    because: 'the clocks jump into the window',
  },
  {
    from: '01:30',
    to: '01:45',
    at: '2026-11-01T05:45:00Z',
    opens: '2026-11-01T06:30:00Z',
    because: 'the hour comes a second time',
  },
  {
    from: '00:00',
    to: '01:00',
    at: '2026-11-01T05:30:00Z',
    opens: '2026-11-02T05:00:00Z',
    because: 'and is closed a second time',
  },
])('New York $from-$to from $at opens $opens: $because', ({ from, to, at, opens }) => {
  expect(nextOpening({ ...ALL_DAY, from, to }, NEW_YORK, NONE, at, 14)?.toString()).toBe(opens);
});

test('within the horizon or not at all', () => {
  const friday = '2026-06-12T21:30:00Z'; // 17:30 in New York
  expect(nextOpening(BUSINESS_HOURS, NEW_YORK, NONE, friday, 2)).toBeNull();
  expect(nextOpening(BUSINESS_HOURS, NEW_YORK, NONE, friday, 3)?.toString()).toBe('2026-06-15T12:30:00Z');
});

test('nobody knows a window without a zone, or in one that does not exist', () => {
  expect(() => nextOpening(ALL_DAY, [], NONE, '2026-06-12T21:30:00Z', 2)).toThrow(RangeError);
  expect(() => nextOpening(ALL_DAY, ['America/Gotham'], NONE, '2026-06-12T21:30:00Z', 2)).toThrow(RangeError);
});

test.each([
  { given: { from: '08:30', to: '24:00' }, valid: true, because: '24:00 ends a day' },
  { given: { from: '17:30', to: '08:30' }, valid: false, because: 'over midnight' },
  { given: { from: '08:30', to: '08:30' }, valid: false, because: 'no time at all' },
  { given: { from: '8:30', to: '17:30' }, valid: false, because: 'two digits' },
  { given: { from: '08:30', to: '24:01' }, valid: false, because: 'no such time' },
  { given: { weekdays: [] }, valid: false, because: 'no day at all' },
  { given: { weekdays: [0] }, valid: false, because: 'Sunday is 7' },
])('a window with $given is valid: $valid, $because', ({ given, valid }) => {
  expect(SendWindow.safeParse({ ...BUSINESS_HOURS, ...given }).success).toBe(valid);
});

test.each([
  { given: {}, zones: NEW_YORK, at: '2026-06-12T15:00:00Z', closes: '2026-06-12T21:30:00Z', because: '17:30 of the same day' },
  { given: {}, zones: NEW_YORK, at: '2026-06-12T21:30:00Z', closes: '2026-06-15T21:30:00Z', because: 'of the day it opens next' },
  {
    given: {},
    zones: ['America/New_York', 'Pacific/Honolulu'],
    at: '2026-06-12T12:00:00Z',
    closes: '2026-06-12T21:30:00Z',
    because: 'the first to close',
  },
  {
    given: { ...ALL_DAY, weekdays: [6, 7] },
    zones: NEW_YORK,
    at: '2026-03-06T12:00:00Z',
    closes: '2026-03-09T04:00:00Z',
    because: 'over midnight, and a change',
  },
  {
    given: { from: '01:30', to: '03:00', weekdays: [7] },
    zones: NEW_YORK,
    at: '2026-03-08T06:40:00Z',
    closes: '2026-03-08T07:00:00Z',
    because: 'the clocks jump to the closing',
  },
  {
    given: ALL_DAY,
    zones: NEW_YORK,
    at: '2026-06-12T15:00:00Z',
    closes: '2026-06-26T15:00:00Z',
    because: 'it never does: the horizon',
  },
])('open in $zones at $at it closes $closes: $because', ({ given, zones, at, closes }) => {
  const period = nextOpenPeriod({ ...BUSINESS_HOURS, ...given }, zones, holidays, at, 14);
  expect(period?.closesAt.toString()).toBe(closes);
});

const usZones = [...new Set(areaCodeTable.rows.flatMap(({ zones }) => zones))];
const minute = 60_000;
// Around both changes of 2026 and 2027, to the minute.
const nearChange = fc
  .tuple(
    fc.constantFrom('2026-03-08T10:00:00Z', '2026-11-01T09:00:00Z', '2027-03-14T10:00:00Z', '2027-11-07T09:00:00Z'),
    fc.integer({ min: -5000, max: 5000 }),
  )
  .map(([change, offset]) => Temporal.Instant.from(change).add({ minutes: offset }));
const anyTime = fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15);
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const anyWindow: fc.Arbitrary<SendWindow> = fc
  .tuple(anyTime, fc.integer({ min: 1, max: 96 }), fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), fc.boolean())
  .map(([from, quarters, weekdays, skipHolidays]) => ({
    from: clock(from),
    to: clock(Math.min(from + quarters * 15, 24 * 60)),
    weekdays,
    skipHolidays,
  }));

/** The same question asked of the wall clock, with nothing of ours in between. */
function insideByWallClock({ from, to, weekdays, skipHolidays }: SendWindow, zone: string, at: Temporal.Instant): boolean {
  const local = at.toZonedDateTimeISO(zone);
  const time = local.toPlainTime().toString().slice(0, 5);
  const day = local.toPlainDate().toString();
  return from <= time && time < to && weekdays.includes(local.dayOfWeek) && !(skipHolidays && holidays.has(day));
}

test.each(usZones)('%s: open is what the wall clock says, over every change', (zone) => {
  fc.assert(
    fc.property(
      anyWindow,
      nearChange,
      (window, at) => isOpen(window, [zone], holidays, at) === insideByWallClock(window, zone, at),
    ),
    { numRuns: 300 },
  );
});

test('it opens inside the window of every zone, and no quarter of an hour before that was', () => {
  fc.assert(
    fc.property(
      anyWindow,
      fc.uniqueArray(fc.constantFrom(...usZones), { minLength: 1, maxLength: 3 }),
      nearChange,
      (window, zones, at) => {
        const inside = (instant: Temporal.Instant) => zones.every((zone) => insideByWallClock(window, zone, instant));
        const opening = nextOpening(window, zones, holidays, at, 4);
        if (opening) expect(inside(opening)).toBe(true);
        const end = opening ?? at.add({ hours: 96 });
        for (let ms = at.epochMilliseconds; ms < end.epochMilliseconds; ms += minute * 15 - (ms % (minute * 15))) {
          expect(inside(Temporal.Instant.fromEpochMilliseconds(ms))).toBe(false);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('it stays open until it closes, and is closed then', () => {
  fc.assert(
    fc.property(
      anyWindow,
      fc.uniqueArray(fc.constantFrom(...usZones), { minLength: 1, maxLength: 3 }),
      nearChange,
      (window, zones, at) => {
        const period = nextOpenPeriod(window, zones, holidays, at, 4);
        if (!period) return;
        const inside = (instant: Temporal.Instant) => zones.every((zone) => insideByWallClock(window, zone, instant));
        const { opensAt, closesAt } = period;
        const neverCloses = closesAt.equals(opensAt.add({ hours: 96 }));
        expect(inside(closesAt)).toBe(neverCloses);
        for (let ms = opensAt.epochMilliseconds; ms < closesAt.epochMilliseconds; ms += minute * 15) {
          expect(inside(Temporal.Instant.fromEpochMilliseconds(ms))).toBe(true);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('an all-day window is open at once, anywhere and always', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...usZones),
      nearChange,
      (zone, at) => nextOpening(ALL_DAY, [zone], holidays, at, 1)?.equals(at) === true,
    ),
  );
});
