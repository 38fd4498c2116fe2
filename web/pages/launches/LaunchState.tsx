import type { Row } from '../../api.ts';
import { State, type Tone } from '../../parts/State.tsx';

const tones: Readonly<Record<Row<'/launches'>['state'], Tone>> = {
  enrolling: 'warn',
  running: 'good',
  paused: 'warn',
  stopped: 'quiet',
  finished: 'quiet',
};

export function LaunchState({ state }: { state: Row<'/launches'>['state'] }) {
  return <State tone={tones[state]}>{state === 'enrolling' ? 'taking people in' : state}</State>;
}
