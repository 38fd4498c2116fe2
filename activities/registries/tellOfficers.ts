import { noticeMailbox, officersOf } from '../../db/breach/mailing.ts';
import type { Database } from '../../db/transaction.ts';
import type { LanePool } from '../../providers/mail/lanePool.ts';
import type { Vault } from '../../providers/vault.ts';
import { postOffice } from '../breach/post.ts';

/** Writes to a workspace's officers, at least once; one that has no mailbox yet has the page alone. */
export async function tellOfficers(
  { db, vault, pool }: { db: Database; vault: Vault; pool: LanePool },
  tenantId: string,
  letter: { id: string; subject: string; text: string },
): Promise<void> {
  const { mailbox, officers, now } = await db.inTenant(tenantId, async (tx) => ({
    mailbox: await noticeMailbox(tx),
    officers: await officersOf(tx),
    ...(await tx.row<{ now: Date }>(`select decorum.now() as now`)),
  }));
  if (!mailbox) return;
  const post = postOffice({ vault, pool }, tenantId, mailbox);
  for (const { id, name, email } of officers) {
    const posted = await post({
      ...letter,
      id: `${letter.id}.${id}`,
      to: { name, address: email },
      sentAt: now,
      extra: {},
    });
    if (posted.outcome === 'retry') throw new Error(`The officers' letter was not taken: ${posted.answer}.`);
  }
}
