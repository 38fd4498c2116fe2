import type { MailboxSettings } from '../../db/mailboxes.ts';
import type { Database } from '../../db/transaction.ts';
import type { User } from '../../db/users.ts';
import type { SendWindow } from '../../domain/sendWindow.ts';
import type { Step } from '../../domain/sequence.ts';
import type { Vault } from '../../providers/vault.ts';
import { type NewContact, newContact } from './contact.ts';
import { newEnrolment, newLaunch, type NewEnrolment } from './enrolment.ts';
import { newMailbox } from './mailbox.ts';
import { newSequence } from './sequence.ts';
import { newTenant, newUser } from './tenant.ts';

export interface NewOutreach {
  tenantId: string;
  rep: User;
  mailboxId: string;
  sequenceId: string;
  launchId: string;
  contact: NewContact;
  enrolment: NewEnrolment;
}

/** A workspace in which a rep writes to one person: everything from the tenant to the enrolment, which waits for its first step. */
export async function newOutreach(
  db: Database,
  world: { vault: Vault; addressKey: Buffer },
  facts: {
    /** One that is there already: a new one cannot be made over a database that has a clock of its own. */
    tenantId?: string;
    mailbox?: Partial<MailboxSettings>;
    steps?: Step[];
    window?: SendWindow;
    contact?: Parameters<typeof newContact>[2];
  } = {},
): Promise<NewOutreach> {
  const { mailbox, contact: person, tenantId = await newTenant(db), ...words } = facts;
  return db.inTenant(tenantId, async (tx) => {
    const rep = await newUser(tx);
    const mailboxId = await newMailbox(tx, world.vault, { ownerId: rep.id, ...mailbox });
    const sequenceId = await newSequence(tx, { by: rep.id, ...words });
    const launchId = await newLaunch(tx, { sequenceId, mailboxId, by: rep.id });
    const contact = await newContact(tx, world.addressKey, person);
    const enrolment = await newEnrolment(tx, { launchId, mailboxId, contactId: contact.id });
    return { tenantId, rep, mailboxId, sequenceId, launchId, contact, enrolment };
  });
}
