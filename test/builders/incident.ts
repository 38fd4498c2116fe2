import { openIncident } from '../../db/breach/incidents.ts';
import { replan } from '../../db/breach/planning.ts';
import { addScope } from '../../db/breach/scopes.ts';
import type { Database } from '../../db/transaction.ts';
import { type IncidentFacts, noFacts } from '../../domain/breachFacts.ts';
import { linePlan } from '../../law/breachPlanning.ts';
import type { Vault } from '../../providers/vault.ts';
import { newContact } from './contact.ts';
import { newMailbox } from './mailbox.ts';
import { newUser } from './tenant.ts';

export const knownFacts: Omit<IncidentFacts, 'discoveredAt'> = {
  ...noFacts,
  happened: 'between 1 and 3 November 2026',
  nature: 'A copy of a database was taken.',
  data: ['ssn'],
  systems: 'The reporting database.',
  steps: 'The access was closed and its keys replaced.',
  advice: 'Watch your accounts.',
  contact: '+1 555 0100',
  isScopeKnown: true,
};

export interface NewIncident {
  tenantId: string;
  incidentId: string;
  officerId: string;
  otherOfficerId: string;
  mailboxId: string;
  listId: string;
  emails: string[];
}

/** An incident whose affected people are on a list, in the states given, with two officers and a relay over the port. */
export async function newIncident(
  world: { db: Database; vault: Vault; addressKey: Buffer; smtpPort: number },
  tenantId: string,
  facts: Partial<IncidentFacts> & { discoveredAt: string },
  options: { states?: readonly string[]; isDrill?: boolean; compression?: number } = {},
): Promise<NewIncident> {
  const { states = ['CA', 'MD', 'MA'], isDrill = false, compression = 1 } = options;
  return world.db.inTenant(tenantId, async (tx) => {
    const [officer, other] = [await newUser(tx, { role: 'officer' }), await newUser(tx, { role: 'officer' })];
    const mailboxId = await newMailbox(tx, world.vault, { ownerId: officer.id, smtpPort: world.smtpPort });
    const { listId, emails } = await newAffected(tx, world.addressKey, officer.id, states);
    const incidentId = await openIncident(tx, {
      title: 'A copy was taken',
      isDrill,
      compression,
      facts: { ...knownFacts, ...facts },
      openedBy: officer.id,
    });
    await addScope(tx, incidentId, { kind: 'list', listId }, officer.id);
    await replan(tx, incidentId, linePlan, { reason: '', byUser: officer.id });
    return { tenantId, incidentId, officerId: officer.id, otherOfficerId: other.id, mailboxId, listId, emails };
  });
}

/** A list of new contacts, one in each of the states. */
export async function newAffected(
  tx: Parameters<typeof newContact>[0],
  addressKey: Buffer,
  by: string,
  states: readonly string[],
): Promise<{ listId: string; emails: string[] }> {
  const { id: listId } = await tx.row<{ id: string }>(
    `insert into lists (tenant_id, name, source, created_by) values (decorum.tenant(), gen_random_uuid()::text, 'static', $1) returning id`,
    [by],
  );
  const emails: string[] = [];
  for (const state of states) {
    const contact = await newContact(tx, addressKey, { state, firstName: 'Zelda', lastName: 'Quixote' });
    await tx.run(`insert into list_members (tenant_id, list_id, contact_id) values (decorum.tenant(), $1, $2)`, [
      listId,
      contact.id,
    ]);
    emails.push(contact.email);
  }
  return { listId, emails };
}
