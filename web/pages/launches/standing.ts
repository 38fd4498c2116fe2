import type { Row } from '../../api.ts';
import type { Tone } from '../../parts/State.tsx';
import { reasonOf } from '../../parts/reasons.ts';

type Person = Row<'/launches/{launchId}/people'>;

export interface Standing {
  readonly word: string;
  readonly tone: Tone;
  readonly why: string;
  /** When the next touch goes, or the pause ends. */
  readonly at: string | null;
}

/** Where one person stands, which rule holds the next touch, and when it goes. */
export function standingOf({ state, because, step, nextAt, resumeAt, endedAt, message }: Person): Standing {
  switch (state) {
    case 'waiting':
      return { word: 'waiting', tone: 'quiet', why: `step ${step + 1} follows after its delay`, at: nextAt };
    case 'queued':
      return { word: 'queued', tone: 'quiet', why: messageWhy(message, step), at: message?.dueAt ?? null };
    case 'paused':
      return { word: 'paused', tone: 'warn', why: reasonOf(because), at: resumeAt };
    case 'blocked':
      return { word: 'blocked', tone: 'warn', why: reasonOf(because), at: null };
    case 'finished':
      return { word: 'finished', tone: 'good', why: reasonOf(because), at: endedAt };
    case 'stopped':
      return {
        word: 'stopped',
        tone: because === 'bounced' || because === 'complained' ? 'bad' : 'quiet',
        why: reasonOf(because),
        at: endedAt,
      };
  }
}

function messageWhy(message: Person['message'], step: number): string {
  if (!message) return `step ${step + 1} is a task that is open`;
  if (message.because !== null) return reasonOf(message.because);
  if (message.state === 'planned') return `step ${step + 1} waits for the window and the mailbox`;
  return `step ${step + 1}: ${message.state}`;
}
