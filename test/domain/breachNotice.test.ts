import * as fc from 'fast-check';
import { defaultNoticeAt, hoursAfter } from '../../domain/breachClock.ts';
import { checkNotice, letterLaws, letterOf, type NoticeFacts, writeNotice } from '../../domain/breachNotice.ts';
import { noFacts } from '../../domain/breachFacts.ts';
import { breachLaw } from '../../law/breach.ts';
import { linePlan } from '../../law/breachPlanning.ts';

const facts: NoticeFacts = {
  ...noFacts,
  discoveredAt: '2026-11-24T15:00:00Z',
  happened: 'on 1 November 2026',
  nature: 'A copy of a database was taken.',
  data: ['ssn'],
  systems: 'The reporting database.',
  steps: 'The access was closed.',
  advice: 'Watch your accounts.',
  contact: '+1 555 0100',
  isScopeKnown: true,
  company: 'Acme',
  postalAddress: '1 Main Street, Springfield',
  people: 1234,
  residents: { CA: 1000, MA: 234 },
  delayedByPolice: false,
  isDrill: false,
};

test.each(['', ...Object.keys(letterLaws)])('the letter of %p has all that it must and nothing that it must not', (place) => {
  expect(checkNotice('users', place, writeNotice('users', place, facts), facts)).toEqual([]);
});

test.each([
  { place: 'MA', says: 'A copy of a database was taken.', kind: 'forbidden', because: 'Massachusetts forbids the nature' },
  { place: 'MA', says: '1,234 people', kind: 'forbidden', because: 'and the number' },
  { place: 'IL', says: '1234 people', kind: 'forbidden', because: 'Illinois forbids the number' },
])('$place: "$says" is $kind: $because', ({ place, says, kind }) => {
  const { subject, text } = writeNotice('users', place, facts);
  expect(checkNotice('users', place, { subject, text: `${text}\n${says}` }, facts)).toMatchObject([{ kind }]);
});

test.each([
  { cut: 'What You Can Do', misses: 'the heading "What You Can Do"' },
  { cut: '12 months', misses: 'the offer of 12 months of monitoring' },
  { cut: '+1 555 0100', misses: 'whom to ask' },
  { cut: 'Social Security numbers', misses: 'the categories of data' },
])('a Californian letter without "$cut" misses $misses', ({ cut, misses }) => {
  const { subject, text } = writeNotice('users', 'CA', facts);
  const what = checkNotice('users', 'CA', { subject, text: text.replaceAll(cut, '') }, facts).map((finding) => finding.what);
  expect(what).toContain(misses);
});

test('a notice of which nothing is known says so, and is found wanting', () => {
  const unknown = { ...facts, ...noFacts, discoveredAt: facts.discoveredAt };
  expect(checkNotice('users', '', writeNotice('users', '', unknown), unknown).length).toBeGreaterThan(4);
});

test('a drill says so before and after, whatever it is about', () => {
  for (const audience of ['users', 'regulators', 'bureaus'] as const) {
    const { subject, text } = writeNotice(audience, 'CA', { ...facts, isDrill: true });
    expect(subject).toMatch(/^\[DRILL\]/);
    expect(text.match(/THIS IS A DRILL/g)).toHaveLength(2);
  }
});

test('a regulator reads the count of its own residents', () => {
  const notice = writeNotice('regulators', 'MA', facts);
  expect(notice.text).toContain('234 residents of MA');
  expect(checkNotice('regulators', 'MA', notice, facts)).toEqual([]);
});

test.each([
  { people: 3, perSecond: 100, at: '2026-11-27T13:59:59.94Z', because: 'few: hour 71' },
  { people: 100_000, perSecond: 10, at: '2026-11-27T08:26:40Z', because: 'half the rate takes 5 h 33 min' },
  { people: 10_000_000, perSecond: 10, at: '2026-11-04T10:26:40Z', because: 'long before the discovery: at once' },
])('$people people at $perSecond a second begin at $at: $because', ({ people, perSecond, at }) => {
  expect(defaultNoticeAt({ discoveredAt: facts.discoveredAt, people, perSecond })).toBe(at);
});

test('more people never let the notice begin later, and never after hour 71', () => {
  fc.assert(
    fc.property(fc.nat(2_000_000), fc.nat(2_000_000), fc.integer({ min: 1, max: 5000 }), (people, more, perSecond) => {
      const at = (count: number) => Date.parse(defaultNoticeAt({ discoveredAt: facts.discoveredAt, people: count, perSecond }));
      expect(at(people + more)).toBeLessThanOrEqual(at(people));
      expect(at(people)).toBeLessThanOrEqual(Date.parse(hoursAfter(facts.discoveredAt, 71, 1)));
    }),
  );
});

const residents = fc.dictionary(fc.constantFrom('', ...breachLaw.keys), fc.nat(5000), { maxKeys: 12 });
const data = fc.uniqueArray(fc.constantFrom('ssn' as const, 'driver_licence' as const, 'email_and_password' as const));
const minutes = fc.nat(60 * 24 * 400);
const discovery = (n: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + n * 60_000).toISOString();

test('every line of a plan has a citation, more residents or data remove none, and the promise is always in it', () => {
  fc.assert(
    fc.property(residents, fc.nat(3000), data, data, minutes, (known, more, few, others, n) => {
      const given = { ...facts, discoveredAt: discovery(n) };
      const grown = Object.fromEntries(Object.entries(known).map(([state, count]) => [state, count + more]));
      const before = linePlan({ ...given, data: few }, known).lines;
      const after = linePlan({ ...given, data: [...new Set([...few, ...others])] }, grown).lines;
      for (const { citation } of [...before, ...after]) expect(citation.length).toBeGreaterThan(8);
      expect(after.map(({ key }) => key)).toEqual(expect.arrayContaining(before.map(({ key }) => key)));
      expect(before[0]?.key).toBe('promise');
    }),
  );
});

test('an earlier discovery makes no date later', () => {
  fc.assert(
    fc.property(residents, minutes, fc.nat(60 * 24 * 60), (known, n, earlier) => {
      const plan = (at: string) =>
        new Map(linePlan({ ...facts, discoveredAt: at }, known).lines.map((line) => [line.key, line.dueAt]));
      const [late, early] = [plan(discovery(n + earlier)), plan(discovery(n))];
      for (const [key, dueAt] of early) expect(Date.parse(dueAt)).toBeLessThanOrEqual(Date.parse(late.get(key) ?? dueAt));
    }),
  );
});

test('whoever lives where the letter is another one gets that one', () => {
  expect(['CA', 'TX', ''].map(letterOf)).toEqual(['CA', '', '']);
});
