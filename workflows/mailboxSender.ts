import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { ForwardingActivities } from '../activities/forwarding.ts';
import type { MailActivities } from '../activities/mail.ts';
import { patience, rhythm } from './rhythm.ts';

const { lookAtMailbox } = proxyActivities<MailActivities>({ startToCloseTimeout: '1 minute', retry: patience });
// One call sends for at most a minute; a worker that dies is noticed by its missing heartbeat.
const { sendDue } = proxyActivities<MailActivities>({
  startToCloseTimeout: '3 minutes',
  heartbeatTimeout: '10 seconds',
  retry: patience,
});
const { forwardReplies } = proxyActivities<ForwardingActivities>({
  startToCloseTimeout: '3 minutes',
  heartbeatTimeout: '10 seconds',
  retry: patience,
});

/**
 * A mailbox with work (P11): sends what is due, follow-ups first, within its cap, ramp and gap, and sleeps until it may go on. All of
 * that is decided in SQL under the mailbox's lock, so that no number of lanes or workers sends one message too many. Replies that came
 * in go on to the rep meanwhile.
 */
export async function mailboxSender(tenantId: string, mailboxId: string): Promise<void> {
  const { listen, isWoken, rest } = rhythm();
  for (;;) {
    listen();
    const { lanes, hasReplies, ended } = await lookAtMailbox(tenantId, mailboxId);
    if (ended && !isWoken()) return;
    const waits = await Promise.all([
      ...(hasReplies ? [forwardReplies(tenantId, mailboxId)] : []),
      ...Array.from({ length: lanes }, () => sendDue(tenantId, mailboxId)),
    ]);
    if (!(await rest(soonest(waits)))) return continueAsNew<typeof mailboxSender>(tenantId, mailboxId);
  }
}

function soonest(waits: readonly (number | null)[]): number | null {
  const due = waits.filter((wait) => wait !== null);
  return due.length > 0 ? Math.min(...due) : null;
}
