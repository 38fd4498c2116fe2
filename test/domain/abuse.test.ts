import fc from 'fast-check';
import { isGraver, type Measure, measureFor, measures } from '../../domain/abuse.ts';

test.each([
  { sent: 49, bounced: 49, is: null, because: 'fewer than 50 messages say nothing' },
  { sent: 1_000, bounced: 50, is: null, because: '5 % is not over 5 %' },
  { sent: 1_000, bounced: 51, is: 'pause', because: 'over 5 %' },
])('$bounced bounces of $sent: $is: $because', ({ is, ...counts }) => {
  expect(measureFor('bounce_rate', counts)).toBe(is);
});

test.each([
  { sent: 49, complained: 49, is: null, because: 'fewer than 50 messages say nothing' },
  { sent: 1_000, complained: 1, is: null, because: '0.1 % is not over 0.1 %' },
  { sent: 1_000, complained: 2, is: 'watch', because: 'over 0.1 %' },
  { sent: 1_000, complained: 3, is: 'pause', because: '0.3 %' },
])('$complained complaints of $sent: $is: $because', ({ is, ...counts }) => {
  expect(measureFor('complaint_rate', counts)).toBe(is);
});

test.each([
  { today: 499, usual: 0, is: null, because: 'a small list is no spike' },
  { today: 500, usual: 101, is: null, because: 'not five times as many' },
  { today: 500, usual: 100, is: 'watch', because: 'five times as many' },
  { today: 1_000, usual: 100, is: 'throttle', because: 'ten times as many' },
  { today: 20_000, usual: 0, is: 'watch', because: "everybody's first launch is a spike" },
  { today: 1_999, usual: 50, is: 'throttle', because: 'forty times as many, but not thousands' },
  { today: 2_000, usual: 100, is: 'pause', because: 'twenty times as many' },
])('$today messages where $usual are usual: $is: $because', ({ is, ...counts }) => {
  expect(measureFor('send_spike', counts)).toBe(is);
});

test.each([
  { workspaces: 2, is: null },
  { workspaces: 3, is: 'watch' },
  { workspaces: 5, is: 'throttle' },
  { workspaces: 10, is: 'pause' },
])('$workspaces workspaces from one network in a day: $is', ({ workspaces, is }) => {
  expect(measureFor('sign_up_velocity', { workspaces })).toBe(is);
});

test.each([
  { places: 9, is: null },
  { places: 10, is: 'watch' },
  { places: 30, is: 'throttle' },
])('log-ins from $places addresses in a day: $is', ({ places, is }) => {
  expect(measureFor('log_in_places', { places })).toBe(is);
});

test.each([
  { sent: 100, dead: 10, is: null, because: 'old lists have some' },
  { sent: 100, dead: 11, is: 'watch', because: 'over 10 %' },
  { sent: 100, dead: 21, is: 'throttle', because: 'over 20 %' },
  { sent: 100, dead: 51, is: 'pause', because: 'more dead than alive: nobody on it has asked for anything' },
])('an import with $dead dead addresses of $sent: $is: $because', ({ is, ...counts }) => {
  expect(measureFor('dead_import', counts)).toBe(is);
});

test.each([
  { rows: 10, refused: 4, is: null, because: 'a slip' },
  { rows: 100_000, refused: 5, is: 'watch', because: 'the owner should know what is in the file' },
  { rows: 500, refused: 50, is: 'watch', because: 'not over 10 %' },
  { rows: 499, refused: 50, is: 'throttle', because: 'a file that is made of it' },
])('$refused of $rows rows with what is never collected: $is: $because', ({ is, ...counts }) => {
  expect(measureFor('never_collected', counts)).toBe(is);
});

const rank = (measure: Measure | null) => (measure === null ? -1 : measures.indexOf(measure));

test('more of what is bad never calls for less', () => {
  const count = fc.nat(100_000);
  fc.assert(
    fc.property(count, count, count, (base, some, more) => {
      const all = base + some + more;
      const milder = [
        measureFor('bounce_rate', { sent: all, bounced: some }),
        measureFor('complaint_rate', { sent: all, complained: some }),
        measureFor('dead_import', { sent: all, dead: some }),
        measureFor('never_collected', { rows: all, refused: some }),
        measureFor('send_spike', { today: some, usual: base }),
        measureFor('log_in_places', { places: some }),
        measureFor('sign_up_velocity', { workspaces: some }),
      ];
      const graver = [
        measureFor('bounce_rate', { sent: all, bounced: some + more }),
        measureFor('complaint_rate', { sent: all, complained: some + more }),
        measureFor('dead_import', { sent: all, dead: some + more }),
        measureFor('never_collected', { rows: all, refused: some + more }),
        measureFor('send_spike', { today: some + more, usual: base }),
        measureFor('log_in_places', { places: some + more }),
        measureFor('sign_up_velocity', { workspaces: some + more }),
      ];
      return milder.every((measure, at) => rank(measure) <= rank(graver[at] ?? null));
    }),
  );
});

test('nothing at all calls for nothing', () => {
  expect(measureFor('send_spike', { today: 0, usual: 0 })).toBeNull();
  expect(measureFor('never_collected', { rows: 0, refused: 0 })).toBeNull();
});

test('of two measures the later is the graver', () => {
  for (const first of measures) for (const second of measures) expect(isGraver(first, second)).toBe(rank(second) > rank(first));
});
