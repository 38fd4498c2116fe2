import type { Row } from '../../api.ts';
import { State, type Tone } from '../../parts/State.tsx';

export type Export = Row<'/exports'>;

const states: Readonly<Record<Export['state'], readonly [Tone, string]>> = {
  asked: ['quiet', 'begins'],
  running: ['quiet', 'being written'],
  done: ['good', 'ready'],
  cancelled: ['quiet', 'cancelled'],
  expired: ['quiet', 'deleted'],
};

export const isWritten = (state: Export['state']): boolean => state === 'asked' || state === 'running';

export function ExportState({ state }: { state: Export['state'] }) {
  const [tone, words] = states[state];
  return <State tone={tone}>{words}</State>;
}
