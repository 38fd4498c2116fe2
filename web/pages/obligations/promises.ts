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

/** Each state as one would say it of a promise. */
export const stateWords: Readonly<Record<Obligation['state'], string>> = {
  open: 'open',
  met: 'kept',
  late: 'kept late',
  waived: 'waived',
  void: 'void',
};

const promises: Readonly<Record<string, string>> = {
  'suppression.honoured': 'An opt-out is honoured',
  'do_not_call.honoured': 'A request not to be called is honoured',
  'call.cleared': 'Calls are checked before they are dialled',
  'registry.fresh': 'A do-not-call registry is fresh',
  'backup.sound': 'A backup is made and can be read',
  'export.ready': 'An export is ready',
  'abuse.appeal': 'An appeal is answered',
  'billing.deleted': 'A billing record is deleted',
  'breach.users': 'Affected users are told of a breach',
  'breach.regulators': 'A regulator is told of a breach',
  'breach.bureaus': 'The credit bureaus are told of a breach',
  'breach.drill': 'A drill of a breach',
  'person.erased': 'A person is erased',
  'deletion.live': 'A deleted account is erased',
  'deletion.backups': 'Backups of a deleted account are gone',
};

/** A promise as an officer would say it. */
export function promiseOf(kind: string): string {
  return promises[kind] ?? inWords(kind);
}
