import type { Place } from '../domain/opening.ts';
import { type ContactFacts, contactFactsSql, type SenderFacts } from './messages.ts';
import type { Tx } from './transaction.ts';

/** What a contact's preview is written from. */
export interface PreviewFacts {
  contact: ContactFacts;
  place: Place;
  now: Date;
}

export async function previewFacts(tx: Tx, contactId: string): Promise<PreviewFacts | undefined> {
  const [facts] = await tx.rows<PreviewFacts>(
    `select ${contactFactsSql} as contact, json_build_object('zone', c.zone, 'state', c.state, 'country', c.country) as place, decorum.now() as now
     from contacts c where c.id = $1`,
    [contactId],
  );
  return facts;
}

/** Who a message would be from when no mailbox has been chosen yet. */
export async function userAsSender(tx: Tx, userId: string): Promise<SenderFacts & { email: string }> {
  return tx.row(`select name, signature, email from users where id = $1`, [userId]);
}

export async function contactNames(
  tx: Tx,
  contactIds: readonly string[],
): Promise<{ contactId: string; name: string | null; email: string | null }[]> {
  return tx.rows(
    `select id as "contactId", nullif(trim(first_name || ' ' || last_name), '') as name, email from contacts where id = any($1)`,
    [contactIds],
  );
}
