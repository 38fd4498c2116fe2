import { want } from './outbox.ts';
import type { Tx } from './transaction.ts';
import { mailboxWork } from './workflowIds.ts';

/** After a stop that was nobody's fault of lateness: what had been due meanwhile is due now, in its window, and the mailboxes look again. */
export async function goOn(tx: Tx, mailboxIds: readonly string[] | null): Promise<void> {
  await tx.run(
    `update sends set due_at = decorum.now(), expires_at = null
     where id in (select id from sends where state = 'planned' and due_at < decorum.now() and ($1::uuid[] is null or mailbox_id = any($1)) order by id for update)`,
    [mailboxIds],
  );
  const mailboxes = await tx.rows<{ id: string }>(
    `select id from mailboxes where state = 'active' and ($1::uuid[] is null or id = any($1))`,
    [mailboxIds],
  );
  await want(
    tx,
    mailboxes.map(({ id }) => mailboxWork(tx.tenantId, id)),
  );
}
