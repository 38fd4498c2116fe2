import type { MailboxSettings } from '../messages.ts';
import { mailboxSettings } from '../messages.ts';
import type { Tx } from '../transaction.ts';

export interface Officer {
  id: string;
  name: string;
  email: string;
}

/** Who is told of an incident's clocks, and who gets a drill's notices. */
export function officersOf(tx: Tx): Promise<Officer[]> {
  return tx.rows<Officer>(`select id, name, email from users where role in ('officer', 'owner') order by role, id`);
}

/** Where notices are sent from: a relay before a rep's own mailbox. A pause or a cap of outreach binds no statutory notice. */
export async function noticeMailbox(tx: Tx): Promise<MailboxSettings | null> {
  const [mailbox] = await tx.rows<{ id: string }>(
    `select id from mailboxes order by kind = 'relay' desc, state = 'active' desc, created_at, id limit 1`,
  );
  return mailbox ? mailboxSettings(tx, mailbox.id) : null;
}
