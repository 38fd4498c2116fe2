import type { Row } from '../../api.ts';
import { State } from '../../parts/State.tsx';

type Import = Row<'/imports'>;

const failures: Readonly<Record<NonNullable<Import['failure']>, string>> = {
  unreadable: 'the file cannot be read',
  encoding: 'the encoding is unknown',
  no_header: 'the file has no rows',
  no_identity_column: 'no column is an e-mail address or phone',
  cancelled: 'cancelled',
};

export function ImportState({ job: { state, failure } }: { job: Pick<Import, 'state' | 'failure'> }) {
  switch (state) {
    case 'uploading':
      return <State tone="warn">uploading</State>;
    case 'mapping':
      return <State tone="warn">waits for its columns</State>;
    case 'running':
      return <State>running</State>;
    case 'done':
      return <State tone="good">done</State>;
    case 'failed':
      return <State tone="bad">{failure === null ? 'failed' : failures[failure]}</State>;
  }
}
