import fc from 'fast-check';
import { type Change, type Enrolment, type EnrolmentEvent, isOpen, react, states } from '../../domain/enrolment.ts';
import { Definition, outcomes } from '../../domain/sequence.ts';

const definition = Definition.parse({
  steps: [
    { id: 'hello', kind: 'email', after: { hours: 0 }, subject: 'Hello', text: 'Hello', branches: { replied: 'thanks' } },
    {
      id: 'call',
      kind: 'call',
      after: { businessDays: 3 },
      title: 'Call',
      branches: { connected: 'end', voicemail: 'thanks', replied: 'again' },
    },
    { id: 'again', kind: 'email', after: { businessDays: 4 }, subject: '', text: 'Again' },
    { id: 'thanks', kind: 'task', after: { hours: 1 }, title: 'Thank', branches: { replied: 'end' } },
  ],
});
const [hello, call, again, thanks] = [0, 1, 2, 3] as const;
const waiting = (step: number): Enrolment => ({ state: 'waiting', step, because: null });
const queued = (step: number): Enrolment => ({ state: 'queued', step, because: null });
const paused = (step: number, because: string): Enrolment => ({ state: 'paused', step, because });
const outcome = (step: number, word: (typeof outcomes)[number]): EnrolmentEvent => ({ kind: 'outcome', step, outcome: word });
const after = (step: number, delay: object) => ({ state: 'waiting', step, after: delay });

test.each<{ enrolment: Enrolment; event: EnrolmentEvent; change: object | null; because: string }>([
  {
    enrolment: queued(hello),
    event: outcome(hello, 'sent'),
    change: after(call, { businessDays: 3 }),
    because: 'sent leads to the next step',
  },
  {
    enrolment: queued(call),
    event: outcome(call, 'no_answer'),
    change: after(again, { businessDays: 4 }),
    because: 'an outcome without a branch leads on',
  },
  {
    enrolment: queued(call),
    event: outcome(call, 'voicemail'),
    change: after(thanks, { hours: 1 }),
    because: 'a branch skips steps',
  },
  {
    enrolment: queued(call),
    event: outcome(call, 'connected'),
    change: { state: 'finished', because: 'last_step' },
    because: 'a branch to the end',
  },
  {
    enrolment: queued(thanks),
    event: outcome(thanks, 'done'),
    change: { state: 'finished', because: 'last_step' },
    because: 'the last step is done',
  },
  { enrolment: waiting(call), event: outcome(hello, 'sent'), change: null, because: 'an outcome recorded twice leads on once' },
  { enrolment: queued(hello), event: outcome(again, 'sent'), change: null, because: 'of a step that is not the present one' },
  {
    enrolment: waiting(hello),
    event: outcome(hello, 'sent'),
    change: after(call, { businessDays: 3 }),
    because: 'taken up after a pause while the message was at the wire',
  },
  {
    enrolment: paused(hello, 'by_hand'),
    event: outcome(hello, 'sent'),
    change: { ...after(call, { businessDays: 3 }), state: 'still_paused' },
    because: 'a message that was at the wire leads a paused person on, who stays paused',
  },
  {
    enrolment: paused(thanks, 'by_hand'),
    event: outcome(thanks, 'done'),
    change: { state: 'finished', because: 'last_step' },
    because: 'nothing is left to be paused for',
  },
  {
    enrolment: queued(hello),
    event: { kind: 'unknown', step: hello },
    change: { state: 'paused', because: 'unknown_outcome' },
    because: 'nobody writes on before the rep has settled it',
  },
  { enrolment: waiting(call), event: { kind: 'unknown', step: hello }, change: null, because: 'the step was left already' },
  {
    enrolment: paused(hello, 'unknown_outcome'),
    event: outcome(hello, 'sent'),
    change: after(call, { businessDays: 3 }),
    because: 'settled: the pause was only for that',
  },
  {
    enrolment: paused(hello, 'auto_reply'),
    event: { kind: 'unknown', step: hello },
    change: { state: 'paused', because: 'unknown_outcome' },
    because: 'must not be taken up by the end of an absence',
  },
  {
    enrolment: waiting(thanks),
    event: { kind: 'replied', step: again },
    change: { state: 'stopped', because: 'replied' },
    because: 'a reply ends a sequence without a branch for it',
  },
  {
    enrolment: waiting(call),
    event: { kind: 'replied', step: hello },
    change: after(thanks, { hours: 1 }),
    because: 'the branch is the one of the step that was answered',
  },
  {
    enrolment: waiting(again),
    event: { kind: 'replied', step: hello },
    change: after(thanks, { hours: 1 }),
    because: 'also when another step has come since',
  },
  {
    enrolment: queued(thanks),
    event: { kind: 'replied', step: hello },
    change: null,
    because: 'a second answer leads to the same step, which is at work',
  },
  {
    enrolment: queued(thanks),
    event: { kind: 'replied', step: call },
    change: { state: 'stopped', because: 'replied' },
    because: 'steps only grow: what the branch leads to has passed',
  },
  {
    enrolment: waiting(thanks),
    event: { kind: 'replied', step: thanks },
    change: { state: 'stopped', because: 'replied' },
    because: 'a branch to the end of a reply is the end by a reply',
  },
  {
    enrolment: paused(call, 'by_hand'),
    event: { kind: 'replied', step: hello },
    change: { ...after(thanks, { hours: 1 }), state: 'still_paused' },
    because: 'who paused the person by hand shall take them up',
  },
  {
    enrolment: paused(thanks, 'auto_reply'),
    event: { kind: 'replied', step: again },
    change: { state: 'stopped', because: 'replied' },
    because: 'an answer after an absence',
  },
  {
    enrolment: waiting(again),
    event: { kind: 'stop', because: 'unsubscribed' },
    change: { state: 'stopped', because: 'unsubscribed' },
    because: 'an opt-out',
  },
  {
    enrolment: paused(again, 'by_hand'),
    event: { kind: 'stop', because: 'bounced' },
    change: { state: 'stopped', because: 'bounced' },
    because: 'a paused person can be stopped',
  },
  {
    enrolment: queued(again),
    event: { kind: 'finish' },
    change: { state: 'finished', because: 'by_hand' },
    because: 'finish keeps the history',
  },
  {
    enrolment: queued(again),
    event: { kind: 'pause', because: 'auto_reply' },
    change: { state: 'paused', because: 'auto_reply' },
    because: 'out of office',
  },
  {
    enrolment: paused(again, 'by_hand'),
    event: { kind: 'pause', because: 'auto_reply' },
    change: null,
    because: 'an absence must not take up by itself whom a rep has paused',
  },
])('$enrolment.state at $enrolment.step, $event.kind: $because', ({ enrolment, event, change }) => {
  expect(react(enrolment, event, definition)).toEqual(change);
});

const anyEvent: fc.Arbitrary<EnrolmentEvent> = fc.oneof(
  fc.record({ kind: fc.constant('outcome' as const), step: fc.nat(4), outcome: fc.constantFrom(...outcomes) }),
  fc.record({ kind: fc.constant('unknown' as const), step: fc.nat(4) }),
  fc.record({ kind: fc.constant('replied' as const), step: fc.nat(4) }),
  fc.record({
    kind: fc.constant('stop' as const),
    because: fc.constantFrom('unsubscribed' as const, 'bounced' as const, 'removed' as const),
  }),
  fc.record({ kind: fc.constant('finish' as const) }),
  fc.record({
    kind: fc.constant('pause' as const),
    because: fc.constantFrom('by_hand' as const, 'auto_reply' as const, 'soft_bounces' as const),
  }),
);
const anyEnrolment: fc.Arbitrary<Enrolment> = fc.record({
  state: fc.constantFrom(...states),
  step: fc.nat(3),
  because: fc.constantFrom(null, 'by_hand', 'auto_reply', 'unknown_outcome'),
});

/** What db/enrolments.ts makes of a change. */
function apply(enrolment: Enrolment, change: Change | null): Enrolment {
  if (!change) return enrolment;
  if (change.state === 'still_paused') return { state: 'paused', step: change.step, because: enrolment.because };
  return {
    state: change.state,
    step: 'step' in change ? change.step : enrolment.step,
    because: 'because' in change ? change.because : null,
  };
}

test('an end is final', () => {
  fc.assert(
    fc.property(
      anyEnrolment,
      anyEvent,
      (enrolment, event) => isOpen(enrolment.state) || react(enrolment, event, definition) === null,
    ),
  );
});

test('an outcome that comes twice acts once', () => {
  fc.assert(
    fc.property(anyEnrolment, fc.nat(3), fc.constantFrom(...outcomes), (enrolment, step, word) => {
      const once = apply(enrolment, react(enrolment, outcome(step, word), definition));
      expect(apply(once, react(once, outcome(step, word), definition))).toEqual(once);
    }),
  );
});

test('whatever happens, in whatever order: steps only grow, each is left once, and nobody ends without a reason', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
      let enrolment: Enrolment = waiting(hello);
      const left = new Set<number>();
      for (const event of events) {
        const next = apply(enrolment, react(enrolment, event, definition));
        expect(next.step).toBeGreaterThanOrEqual(enrolment.step);
        expect(next.step).toBeLessThan(definition.steps.length);
        if (next.step !== enrolment.step) {
          expect(left.has(enrolment.step)).toBe(false);
          left.add(enrolment.step);
        }
        if (!isOpen(next.state) || next.state === 'paused') expect(next.because).toEqual(expect.any(String));
        if (next.state === 'waiting') expect(next.because).toBeNull();
        enrolment = next;
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a person paused by hand is not taken up by anything that happens', () => {
  fc.assert(
    fc.property(fc.nat(3), anyEvent, (step, event) => {
      const next = apply(paused(step, 'by_hand'), react(paused(step, 'by_hand'), event, definition));
      expect(next.state).not.toBe('waiting');
      expect(next.state).not.toBe('queued');
    }),
  );
});
