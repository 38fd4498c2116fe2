import { want } from './outbox.ts';
import type { Tx } from './transaction.ts';
import { mailboxWork } from './workflowIds.ts';

/** Work that was held for review goes on as if it were due now. Answers how many messages. */
export async function releaseHeld(tx: Tx, launchId: string, because: readonly string[]): Promise<number> {
  const released = await tx.rows<{ mailboxId: string }>(
    `update sends set state = 'planned', because = null, due_at = decorum.now(), expires_at = null
     where id in (select id from sends where launch_id = $1 and state = 'held' and because = any($2) order by id for update)
     returning mailbox_id as "mailboxId"`,
    [launchId, because],
  );
  await want(
    tx,
    [...new Set(released.map(({ mailboxId }) => mailboxId))].map((id) => mailboxWork(tx.tenantId, id)),
  );
  return released.length;
}
