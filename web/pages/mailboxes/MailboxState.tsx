import type { Row } from '../../api.ts';
import { State } from '../../parts/State.tsx';

const reasons = {
  authentication: 'paused: the server refused the password three times',
  policy: 'paused: the server answers with its policy',
  bounce_rate: 'paused: too many bounces',
  complaint_rate: 'paused: too many complaints',
  by_hand: 'paused by hand',
} as const;

export function MailboxState({
  mailbox: { state, pausedBecause },
}: {
  mailbox: Pick<Row<'/mailboxes'>, 'state' | 'pausedBecause'>;
}) {
  if (state === 'active') return <State tone="good">active</State>;
  const isTrouble = pausedBecause !== null && pausedBecause !== 'by_hand';
  return <State tone={isTrouble ? 'bad' : 'warn'}>{pausedBecause === null ? 'paused' : reasons[pausedBecause]}</State>;
}
