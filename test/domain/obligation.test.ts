import { Temporal } from 'temporal-polyfill';
import { closing, promises } from '../../domain/obligation.ts';

test.each([
  { metAt: '2026-12-09T04:59:58.999Z', state: 'met', because: 'before its due instant' },
  { metAt: '2026-12-10T04:59:59.999Z', state: 'met', because: 'at its due instant' },
  { metAt: '2026-12-10T04:59:59.999000001Z', state: 'late', because: 'a nanosecond after it' },
  { metAt: '2027-12-10T00:00:00Z', state: 'late', because: 'a year after it' },
])('met at $metAt is $state: $because', ({ metAt, state }) => {
  expect(closing(Temporal.Instant.from('2026-12-10T04:59:59.999Z'), Temporal.Instant.from(metAt))).toBe(state);
});

test.each(Object.entries(promises))('%s names a clause of the policy and its source', (_, { clause, citation }) => {
  expect(clause).toMatch(/^P([1-9]|1[0-7])$/);
  expect(citation).toMatch(/\d+ (U\.S\.C\.|CFR)|^Policy P\d+: /);
});
