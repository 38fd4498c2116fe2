import type { Definition } from '../domain/sequence.ts';
import { definitionsOf } from './definitions.ts';
import { eachOf, unindexed } from './few.ts';
import { prepared, type Tx } from './transaction.ts';

/** A contact's fields, as templates may use them. */
export interface ContactFacts {
  email: string;
  firstName: string;
  lastName: string;
  title: string;
  phone: string;
  company: string;
  industry: string;
  city: string;
  state: string;
  extra: Record<string, string>;
}

export interface SenderFacts {
  name: string;
  signature: string;
}

export interface TenantFacts {
  postalAddress: string;
  unsubscribeText: string;
  adLabel: string | null;
}

/** What a claimed send is rendered from. */
export interface MessageFacts {
  sendId: string;
  enrolmentId: string;
  sequenceId: string;
  step: number;
  mailKey: Buffer;
  addressHash: Buffer;
  contact: ContactFacts;
  definition: Definition;
  /** Message-IDs of the earlier messages of the thread, oldest first. */
  thread: string[];
}

/** Columns of a contact `c` as ContactFacts. */
export const contactFactsSql = `json_build_object('email', c.canonical_email, 'firstName', c.first_name, 'lastName', c.last_name, 'title', c.title,
  'phone', coalesce(c.phone, ''), 'company', c.company_name, 'industry', c.industry, 'city', c.city, 'state', c.state, 'extra', c.extra)`;

const factsOfClaim = prepared(`
  select s.id as "sendId", s.enrolment_id as "enrolmentId", s.sequence_id as "sequenceId", s.step, e.mail_key as "mailKey",
    s.address_hash as "addressHash", ${contactFactsSql} as contact, e.version,
    array(select p.message_id from sends p where p.enrolment_id = s.enrolment_id and p.step < s.step and p.message_id is not null
          and p.state in ('sent', 'unknown') order by p.step) as thread
  from ${eachOf('$2')}
  cross join lateral (select * from sends where id = each.id and claim_id = $1 and ${unindexed('state')} = 'claimed' offset 0) as s
  cross join lateral (select mail_key, version from enrolments where id = s.enrolment_id offset 0) as e
  cross join lateral (select * from contacts where id = s.contact_id and address_hash = s.address_hash offset 0) as c -- the address that the gate will judge`);

/** Facts of the sends of one claim, in the order of their ids. */
export async function messageFacts(tx: Tx, claimId: string, sendIds: readonly string[]): Promise<MessageFacts[]> {
  const rows = await tx.rows<Omit<MessageFacts, 'definition'> & { version: number }>(factsOfClaim, [claimId, sendIds.toSorted()]);
  const definitionOf = await definitionsOf(tx, rows);
  return rows.map(({ version, ...facts }) => ({ ...facts, definition: definitionOf({ sequenceId: facts.sequenceId, version }) }));
}

/** A mailbox as its sender needs it; secrets are vault tokens. */
export interface MailboxSettings {
  id: string;
  state: 'active' | 'paused';
  fromName: string;
  address: string;
  smtpHost: string;
  smtpPort: number;
  smtpSecurity: 'none' | 'starttls' | 'tls';
  smtpUser: string | null;
  smtpSecret: string | null;
  dkimDomain: string;
  dkimSelector: string;
  dkimSecret: string;
  lanes: number;
  connections: number;
  sender: SenderFacts & { email: string };
  tenant: TenantFacts;
}

export function mailboxSettings(tx: Tx, mailboxId: string): Promise<MailboxSettings> {
  return tx.row<MailboxSettings>(
    `select m.id, m.state, m.from_name as "fromName", m.address, case t.kind when 'rehearsal' then 'rehearsal.invalid' else m.smtp_host end as "smtpHost", m.smtp_port as "smtpPort",
       m.smtp_security as "smtpSecurity", m.smtp_user as "smtpUser", m.smtp_secret as "smtpSecret", m.dkim_domain as "dkimDomain",
       m.dkim_selector as "dkimSelector", m.dkim_secret as "dkimSecret", m.lanes, m.connections,
       json_build_object('name', m.from_name, 'signature', u.signature, 'email', u.email) as sender,
       json_build_object('postalAddress', t.postal_address, 'unsubscribeText', t.unsubscribe_text, 'adLabel', t.ad_label) as tenant
     from mailboxes m join users u on u.tenant_id = m.tenant_id and u.id = m.owner_id join tenants t on t.id = m.tenant_id
     where m.id = $1`,
    [mailboxId],
  );
}
