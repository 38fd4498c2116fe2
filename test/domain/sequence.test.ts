import fc from 'fast-check';
import { Definition, nextStep, outcomes } from '../../domain/sequence.ts';

const email = (id: string, more: object = {}) => ({
  id,
  kind: 'email',
  after: { hours: 0 },
  subject: 'Hello',
  text: 'Hello',
  ...more,
});
const task = (id: string, more: object = {}) => ({ id, kind: 'task', after: { days: 1 }, title: 'Look', ...more });

test.each([
  { steps: [email('a')], because: 'one e-mail is a sequence' },
  { steps: [email('a', { branches: { replied: 'c' } }), task('b'), email('c')], because: 'a branch forwards' },
  { steps: [task('a', { branches: { done: 'end' } })], because: 'a branch to the end' },
  { steps: [email('a'), email('b', { subject: '' })], because: "a follow-up may go without a subject: the thread's" },
  { steps: [email('a', { variants: [{ id: 'c', subject: 'Hi', text: 'Hi' }] })], because: 'other words to try' },
  { steps: [{ id: 'a', kind: 'call', after: { businessDays: 2 }, title: 'Call' }], because: 'a call can be written' },
])('accepted: $because', ({ steps }) => {
  expect(Definition.safeParse({ steps }).success).toBe(true);
});

test.each([
  { steps: [], says: 'Too small', because: 'nothing to do' },
  { steps: [email('a'), email('a')], says: 'an id of its own', because: 'two steps of one name' },
  {
    steps: [email('a'), email('b', { branches: { replied: 'a' } })],
    says: 'later step',
    because: 'a branch backwards would send a step twice',
  },
  { steps: [email('a', { branches: { replied: 'a' } })], says: 'later step', because: 'a branch to itself' },
  { steps: [email('a', { branches: { replied: 'b' } })], says: 'later step', because: 'a branch to nowhere' },
  { steps: [email('a', { branches: { opened: 'end' } })], says: 'Unrecognized key', because: 'opens are not tracked' },
  { steps: [email('A b')], says: 'short name', because: 'an id with a space' },
  { steps: [email('a', { text: '' })], says: 'Too small', because: 'an e-mail without words' },
  { steps: [email('a', { subject: 'x'.repeat(501) })], says: 'Too big', because: 'a subject longer than any' },
  {
    steps: [email('a', { variants: ['b', 'b'].map((id) => ({ id, subject: '', text: 'Hi' })) })],
    says: 'a letter of its own',
    because: 'two wordings of one letter',
  },
  {
    steps: [email('a', { variants: [{ id: 'a', subject: 'Hi', text: 'Hi' }] })],
    says: 'Invalid option',
    because: "the letter of the step's own words",
  },
  {
    steps: [email('a', { variants: [{ id: 'b', subject: 'Hi', text: '' }] })],
    says: 'Too small',
    because: 'a variant without words',
  },
  { steps: [email('a', { after: { hours: -1 } })], says: '', because: 'a delay into the past' },
  { steps: [email('a', { after: { hours: 1, days: 1 } })], says: '', because: 'a delay in two units' },
  { steps: [email('a', { cc: 'b@c.example' })], says: 'Unrecognized key', because: 'a field that nobody knows' },
  {
    steps: Array.from({ length: 31 }, (_, n) => email(`s${n}`)),
    says: 'Too big',
    because: 'more steps than a sequence may have',
  },
])('refused: $because', ({ steps, says }) => {
  const { error } = Definition.safeParse({ steps });
  expect(error?.message).toContain(says);
});

test('a sequence says nothing about its window: business hours', () => {
  expect(Definition.parse({ steps: [email('a')] }).window).toEqual({
    from: '08:30',
    to: '17:30',
    weekdays: [1, 2, 3, 4, 5],
    skipHolidays: true,
  });
});

const branching = Definition.parse({
  steps: [task('a', { branches: { done: 'c', replied: 'end' } }), email('b', { branches: { replied: 'c' } }), email('c')],
});
test.each([
  { index: 0, outcome: 'done', next: 2, because: 'its branch' },
  { index: 0, outcome: 'sent', next: 1, because: 'no branch: the next step' },
  { index: 0, outcome: 'replied', next: null, because: 'a branch to the end' },
  { index: 1, outcome: 'replied', next: 2, because: 'a reply with a branch' },
  { index: 2, outcome: 'replied', next: null, because: 'a reply without one ends the sequence' },
  { index: 2, outcome: 'sent', next: null, because: 'the last step' },
  { index: 9, outcome: 'sent', next: null, because: 'no such step' },
] as const)('$outcome at $index leads to $next: $because', ({ index, outcome, next }) => {
  expect(nextStep(branching, index, outcome)).toBe(next);
});

test('whatever leads on leads forwards', () => {
  const places = fc.integer({ min: 1, max: 8 });
  const target = fc.option(fc.nat(8));
  fc.assert(
    fc.property(
      places,
      fc.array(target, { minLength: 8, maxLength: 8 }),
      fc.nat(7),
      fc.constantFrom(...outcomes),
      (count, targets, at, outcome) => {
        const steps = Array.from({ length: count }, (_, n) => {
          const to = targets[n];
          const branches = to === null || to === undefined ? {} : { [outcome]: to >= count ? 'end' : `s${to}` };
          return email(`s${n}`, { branches });
        });
        const parsed = Definition.safeParse({ steps });
        if (!parsed.success) return;
        const next = nextStep(parsed.data, at, outcome);
        if (next !== null) expect(next).toBeGreaterThan(at);
      },
    ),
  );
});
