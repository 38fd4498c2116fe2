import type { Overview } from '../db/reports.ts';
import { stepTraffic } from '../db/stepTraffic.ts';
import type { Database } from '../db/transaction.ts';

export const trafficColumns = [
  'sequence_id',
  'sequence',
  'step',
  'variant',
  'rep',
  'mailbox',
  'sent',
  'bounced_later',
  'unknown',
  'refused',
  'reached', // people; of these are the next four
  'replied',
  'auto_replied',
  'unsubscribed',
  'complained',
] as const;

type Row = Record<(typeof trafficColumns)[number], string | number>;

/** A row for each step, wording and mailbox of each sequence. Sequence by sequence, each in a transaction of its own: a slow reader holds none open. */
export async function* trafficRows(
  db: Database,
  tenantId: string,
  { from, to, sequences, mailboxes }: Pick<Overview, 'from' | 'to' | 'sequences' | 'mailboxes'>,
): AsyncGenerator<Row> {
  const known = new Map(mailboxes.map((mailbox) => [mailbox.mailboxId, mailbox]));
  for (const { sequenceId, name } of sequences) {
    const rows = await db.inTenant(tenantId, (tx) => stepTraffic(tx, sequenceId, { from, to }));
    for (const { stepId, variant, mailboxId, ...counts } of rows) {
      yield {
        sequence_id: sequenceId,
        sequence: name,
        step: stepId,
        variant: variant ?? '',
        rep: known.get(mailboxId)?.ownerName ?? '',
        mailbox: known.get(mailboxId)?.address ?? '',
        sent: counts.sent,
        bounced_later: counts.bouncedLater,
        unknown: counts.unknown,
        refused: counts.refused,
        reached: counts.reached,
        replied: counts.replied,
        auto_replied: counts.autoReplied,
        unsubscribed: counts.unsubscribed,
        complained: counts.complained,
      };
    }
  }
}
