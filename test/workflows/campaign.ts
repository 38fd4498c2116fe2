import { createLaunch } from '../../db/launches.ts';
import type { MailboxSettings } from '../../db/mailboxes.ts';
import { suppress } from '../../db/suppressions.ts';
import type { SendWindow } from '../../domain/sendWindow.ts';
import type { Step } from '../../domain/sequence.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { newContact } from '../builders/contact.ts';
import { newMailbox } from '../builders/mailbox.ts';
import { emailStep, newSequence } from '../builders/sequence.ts';
import { newUser } from '../builders/tenant.ts';
import type { World } from './world.ts';

export interface Person {
  id: string;
  email: string;
  addressHash: Buffer;
  zone: string | null;
}

export interface Campaign {
  tenantId: string;
  repId: string;
  mailboxId: string;
  launchId: string;
  people: readonly Person[];
}

/** Words of a campaign that a history must never hold; each of them is in every campaign's record and in its messages. */
export const personalWords = [
  'zelda',
  'quixote',
  'rae',
  'acme',
  '.example',
  'hello',
  'any thoughts',
  'springfield',
  'unsubscribe',
  '@',
];

/** Two steps, a day apart; a third by hand is a test's own affair. */
const twoSteps: Step[] = [
  emailStep({ subject: 'Hello Zelda', text: 'Hello {{ first_name }}' }),
  emailStep({ id: 'again', after: { hours: 24 }, subject: '', text: 'Any thoughts?' }),
];

/** A rep launches a sequence to `lists` of people; committed and owed to Temporal, not yet delivered. */
export async function newCampaign(
  world: World,
  facts: {
    lists: readonly { zone: string | null; state?: string }[][];
    steps?: Step[];
    window?: SendWindow;
    mailbox?: Partial<MailboxSettings>;
  },
): Promise<Campaign> {
  const tenantId = await world.newTenant();
  return world.db.inTenant(tenantId, async (tx) => {
    const rep = await newUser(tx);
    const mailboxId = await newMailbox(tx, world.vault, { ownerId: rep.id, smtpPort: world.smtpPort, ...facts.mailbox });
    const sequenceId = await newSequence(tx, {
      by: rep.id,
      steps: facts.steps ?? twoSteps,
      ...(facts.window && { window: facts.window }),
    });
    const people: Person[] = [];
    const listIds: string[] = [];
    for (const [n, members] of facts.lists.entries()) {
      const { id: listId } = await tx.row<{ id: string }>(
        `insert into lists (tenant_id, name, source, created_by) values (decorum.tenant(), $1, 'static', $2) returning id`,
        [`List ${n}`, rep.id],
      );
      listIds.push(listId);
      for (const member of members) {
        const contact = await newContact(tx, world.addressKey, { firstName: 'Zelda', lastName: 'Quixote', ...member });
        await tx.run(`insert into list_members (tenant_id, list_id, contact_id) values (decorum.tenant(), $1, $2)`, [
          listId,
          contact.id,
        ]);
        people.push({ ...contact, zone: member.zone });
      }
    }
    const { id: launchId } = await createLaunch(tx, {
      sequenceId,
      version: 1,
      listIds,
      mailboxIds: [mailboxId],
      requestKey: 'once',
      reEnter: 'if_not_active',
      createdBy: rep.id,
    });
    return { tenantId, repId: rep.id, mailboxId, launchId, people };
  });
}

/** The person clicks the link of a message. Answers the batch's id once no message to the person can begin any more. */
export async function unsubscribe(world: World, { tenantId }: Campaign, person: Person): Promise<string> {
  const { batchId } = await suppress(world.db, tenantId, {
    subjects: [{ hash: person.addressHash, kind: 'address' }],
    channel: 'email',
    basis: 'one_click',
    deadline: optOutDeadline,
  });
  if (!batchId) throw new Error('The person was suppressed before.');
  return batchId;
}
