import type { Row } from '../../api.ts';
import { inWords, type Tone } from '../../parts/State.tsx';

export type Obligation = Row<'/obligations'>;

export const tones: Readonly<Record<Obligation['state'], Tone>> = {
  open: 'quiet',
  met: 'good',
  late: 'bad',
  waived: 'quiet',
  void: 'quiet',
};

const promises: Readonly<Record<string, string>> = { 'suppression.honoured': 'An opt-out is honoured' };

/** A promise as an officer would say it. */
export function promiseOf(kind: string): string {
  return promises[kind] ?? inWords(kind);
}
