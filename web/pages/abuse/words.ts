import type { Row } from '../../api.ts';

type Case = Row<'/abuse-cases'>;

export const signWords: Readonly<Record<Case['sign'], string>> = {
  sign_up_velocity: 'many workspaces opened from one network',
  log_in_places: 'one user logged in from many addresses',
  send_spike: 'many more messages than usual',
  bounce_rate: 'many messages bounced',
  complaint_rate: 'many recipients complained',
  dead_import: 'an imported list has many dead addresses',
  never_collected: 'imports hold what must never be collected',
};

export const measureWords: Readonly<Record<Case['measure'], string>> = {
  watch: 'nothing was changed',
  throttle: 'half as much may leave',
  pause: 'nothing leaves',
};

/** `sent 50, bounced 3`. */
export function countWords(counts: Case['counts']): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
    .join(', ');
}

export function toneOf({ state, measure }: Pick<Case, 'state' | 'measure'>): 'quiet' | 'warn' | 'bad' {
  if (state === 'ended') return 'quiet';
  return measure === 'pause' ? 'bad' : 'warn';
}
