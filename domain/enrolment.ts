import type { Delay } from './delay.ts';
import { type Definition, nextStep, type Outcome } from './sequence.ts';

/** Open: a step is to come (`waiting`), at work (`queued`), or the person is `paused`. The other three are ends. */
export const states = ['waiting', 'queued', 'paused', 'blocked', 'finished', 'stopped'] as const;
export type EnrolmentState = (typeof states)[number];
const openStates = ['waiting', 'queued', 'paused'] as const satisfies EnrolmentState[];

/** Why a person was not taken into a launch. */
export type BlockedBecause = 'no_email' | 'suppressed' | 'in_another_sequence' | 'was_in_this_sequence' | 'window_never_opens';
/** Why an enrolment ended before its last step. */
export type StoppedBecause =
  | 'replied'
  | 'unsubscribed'
  | 'bounced'
  | 'complained'
  | 'removed'
  | 'launch_stopped'
  | 'contact_deleted'
  | 'no_email'
  | 'window_never_opens';
export type PausedBecause = 'by_hand' | 'auto_reply' | 'soft_bounces' | 'unknown_outcome';
export type FinishedBecause = 'last_step' | 'by_hand';

export interface Enrolment {
  readonly state: EnrolmentState;
  /** Index of the step that is next or at work. */
  readonly step: number;
  readonly because: string | null;
}

export type EnrolmentEvent =
  | { readonly kind: 'outcome'; readonly step: number; readonly outcome: Outcome }
  | { readonly kind: 'unknown'; readonly step: number } // the mail server's answer was lost
  | { readonly kind: 'replied'; readonly step: number } // the step that was answered
  | { readonly kind: 'stop'; readonly because: StoppedBecause }
  | { readonly kind: 'finish' }
  | { readonly kind: 'pause'; readonly because: PausedBecause };

export type Change =
  | { readonly state: 'waiting'; readonly step: number; readonly after: Delay }
  | { readonly state: 'paused'; readonly because: PausedBecause }
  | { readonly state: 'still_paused'; readonly step: number; readonly after: Delay } // led on by a message that was at the wire
  | { readonly state: 'finished'; readonly because: FinishedBecause }
  | { readonly state: 'stopped'; readonly because: StoppedBecause };

/**
 * What an event does to an enrolment; null: nothing, because it has ended, or the event speaks of another step.
 * An end is final. A step is left only by its own outcome, so an outcome that is recorded twice leads on once.
 */
export function react(enrolment: Enrolment, event: EnrolmentEvent, definition: Definition): Change | null {
  if (!isOpen(enrolment.state)) return null;
  switch (event.kind) {
    case 'outcome': {
      if (event.step !== enrolment.step) return null;
      return heldBack(enrolment, lead(definition, enrolment.step, event.outcome));
    }
    case 'unknown':
      return event.step === enrolment.step ? { state: 'paused', because: 'unknown_outcome' } : null;
    case 'replied': {
      // The branch is the answered step's, which may lie behind the present one: steps only grow.
      const next = nextStep(definition, event.step, 'replied');
      if (next === null || next < enrolment.step) return { state: 'stopped', because: 'replied' };
      return next === enrolment.step ? null : heldBack(enrolment, lead(definition, event.step, 'replied'));
    }
    case 'stop':
      return { state: 'stopped', because: event.because };
    case 'finish':
      return { state: 'finished', because: 'by_hand' };
    case 'pause':
      return enrolment.state === 'paused' ? null : { state: 'paused', because: event.because };
  }
}

export function isOpen(state: EnrolmentState): boolean {
  return (openStates as readonly EnrolmentState[]).includes(state);
}

/** Whoever is paused stays so when led on, unless the pause was only for an outcome. */
function heldBack(enrolment: Enrolment, change: ReturnType<typeof lead>): Change {
  const staysPaused = enrolment.state === 'paused' && enrolment.because !== 'unknown_outcome';
  return change.state === 'waiting' && staysPaused ? { ...change, state: 'still_paused' } : change;
}

function lead(definition: Definition, step: number, outcome: Outcome): Extract<Change, { state: 'waiting' | 'finished' }> {
  const next = nextStep(definition, step, outcome);
  const target = next === null ? undefined : definition.steps[next];
  return next === null || target === undefined
    ? { state: 'finished', because: 'last_step' }
    : { state: 'waiting', step: next, after: target.after };
}
