import type { Row } from '../../api.ts';
import { State, type Tone } from '../../parts/State.tsx';

type Phase = Row<'/rehearsals'>['state'];

const shown: Readonly<Record<Phase, readonly [Tone, string]>> = {
  copying: ['warn', 'taking the lists in'],
  playing: ['warn', 'playing'],
  done: ['good', 'done'],
  cancelled: ['quiet', 'cancelled'],
};

export function RehearsalState({ state }: { state: Phase }) {
  const [tone, words] = shown[state];
  return <State tone={tone}>{words}</State>;
}

export const plays = (state: Phase): boolean => state === 'copying' || state === 'playing';
