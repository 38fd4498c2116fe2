import { usState } from '../domain/usStates.ts';
import { canonicalAddress } from '../domain/address.ts';
import { applyEvents } from './enrolments.ts';
import { type HashPerson, isErased, writeTombstones } from './erasure/tombstones.ts';
import { forgetInArchives } from './exports/erasing.ts';
import { cancelRehearsal, rehearsalsWith } from './rehearsal/rehearsals.ts';
import { keyset, type Orders, type Sort, type Sorted } from './sorting.ts';
import type { Tx } from './transaction.ts';

/** What somebody may write about a person; an empty text says nothing. */
interface ContactWords {
  /** As it was given; null: none. */
  email: string | null;
  phone: string | null;
  firstName: string;
  lastName: string;
  title: string;
  companyId: string | null;
  companyName: string;
  industry: string;
  companyAbout: string;
  city: string;
  state: string;
  postalCode: string;
  country: string;
  zone: string | null;
  ownerId: string | null;
  tags: string[];
  extra: Record<string, string>;
}

export interface Contact extends ContactWords {
  id: string;
  /** An opt-out of the whole workspace holds everything back. */
  suppressed: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** By which a person is told apart: the canonical address and its keyed hashes. */
export interface Identity {
  canonicalEmail: string;
  addressHash: Buffer;
  domainHash: Buffer;
  companyKey: string | null;
}

const stored = {
  email: 'email',
  phone: 'phone',
  firstName: 'first_name',
  lastName: 'last_name',
  title: 'title',
  companyId: 'company_id',
  companyName: 'company_name',
  industry: 'industry',
  companyAbout: 'company_about',
  city: 'city',
  state: 'state',
  postalCode: 'postal_code',
  country: 'country',
  zone: 'zone',
  ownerId: 'owner_id',
  tags: 'tags',
  extra: 'extra',
} as const satisfies Record<keyof ContactWords, string>;
const facts = Object.keys(stored) as (keyof ContactWords)[];

const columns = `c.id, ${facts.map((name) => `c.${stored[name]} as "${name}"`).join(', ')},
  c.created_at as "createdAt", c.updated_at as "updatedAt",
  exists (select from suppressions x where x.subject_hash in (c.address_hash, c.domain_hash) and x.scope_id = c.tenant_id
          and x.channel in ('email', 'all')) as suppressed`;

/** Which contacts are meant; what is not said excludes nobody. */
export interface ContactFilter {
  /** Words that all stand in the name, the address or the company; a whole address means exactly that one. */
  search?: string | undefined;
  tag?: string | undefined;
  /** Postal code or name of a state. */
  state?: string | undefined;
  ownerId?: string | undefined;
  companyId?: string | undefined;
  listId?: string | undefined;
  importId?: string | undefined;
}

/** The condition on contacts `c`, with parameters from $1 on. */
function matching(filter: ContactFilter): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions = [`c.name_key >= ''`]; // true of everybody: lets the list read contacts_by_name (migration 0034)
  const must = (condition: (parameter: string) => string, value: unknown) => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const address = canonicalAddress(filter.search ?? '');
  if (address.ok) must((p) => `c.canonical_email = ${p}`, address.canonical);
  else if (filter.search?.trim()) {
    must(
      (p) => `not exists (select from unnest(${p}::text[]) as w(word)
        where strpos(c.name_key || ' ' || coalesce(c.canonical_email, '') || ' ' || lower(c.company_name), w.word) = 0)`,
      filter.search.trim().toLowerCase().split(/\s+/),
    );
  }
  if (filter.tag !== undefined) must((p) => `${p} = any(c.tags)`, filter.tag);
  if (filter.state !== undefined) must((p) => `lower(c.state) = any(${p})`, spellings(filter.state));
  if (filter.ownerId !== undefined) must((p) => `c.owner_id = ${p}`, filter.ownerId);
  if (filter.companyId !== undefined) must((p) => `c.company_id = ${p}`, filter.companyId);
  if (filter.importId !== undefined) must((p) => `c.import_id = ${p}`, filter.importId);
  if (filter.listId !== undefined) {
    must((p) => `c.id in (select contact_id from list_members where list_id = ${p})`, filter.listId);
  }
  return { sql: conditions.join(' and '), values };
}

function spellings(state: string): string[] {
  return [state.trim(), usState(state) ?? state.trim()].map((text) => text.toLowerCase());
}

export const contactOrders = {
  name: { by: 'c.name_key', as: 'text' }, // last name, then first name
  company: { by: 'lower(c.company_name)', as: 'text' },
  added: { by: 'c.created_at', as: 'timestamptz' },
} as const satisfies Orders<string>;

/** `after`: key and id of the last one of the page before. */
export function listContacts(
  tx: Tx,
  filter: ContactFilter,
  page: { sort: Sort<keyof typeof contactOrders>; after: string[] | undefined; rows: number },
): Promise<Sorted<Contact>[]> {
  const { sql, values } = matching(filter);
  const { key, after, orderBy } = keyset(contactOrders, page.sort, 'c.id', [`$${values.length + 1}`, `$${values.length + 2}`]);
  return tx.rows<Sorted<Contact>>(
    `select ${columns}, ${key} from contacts c where ${sql} and ${after} ${orderBy} limit $${values.length + 3}`,
    [...values, page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

export async function countContacts(tx: Tx, filter: ContactFilter): Promise<number> {
  const { sql, values } = matching(filter);
  const { people } = await tx.row<{ people: number }>(`select count(*) as people from contacts c where ${sql}`, values);
  return people;
}

/** Puts everybody who matches now on the list. Answers how many came new. */
export function listMatching(tx: Tx, listId: string, filter: ContactFilter): Promise<number> {
  const { sql, values } = matching(filter);
  return tx.run(
    `insert into list_members (tenant_id, list_id, contact_id)
     select c.tenant_id, $${values.length + 1}, c.id from contacts c where ${sql} order by c.id on conflict do nothing`,
    [...values, listId],
  );
}

export async function findContact(tx: Tx, contactId: string): Promise<Contact | undefined> {
  const [contact] = await tx.rows<Contact>(`select ${columns} from contacts c where c.id = $1`, [contactId]);
  return contact;
}

/** Every tag in use, with how many people have it. */
export function listTags(tx: Tx): Promise<{ tag: string; people: number }[]> {
  return tx.rows(`select tag, count(*) as people from contacts, unnest(tags) as t(tag) group by tag order by tag`);
}

/** The new contact's id; null when somebody has the address already. */
export async function addContact(tx: Tx, contact: ContactWords, identity: Identity | null): Promise<string | null> {
  const [added] = await tx.rows<{ id: string }>(
    `insert into contacts (tenant_id, canonical_email, address_hash, domain_hash, company_key, ${facts.map((name) => stored[name]).join(', ')})
     values (decorum.tenant(), $1, $2, $3, $4, ${facts.map((_, i) => `$${i + 5}`).join(', ')})
     on conflict (tenant_id, canonical_email) do nothing returning id`,
    [...identityValues(identity), ...facts.map((name) => contact[name])],
  );
  return added?.id ?? null;
}

export async function contactByEmail(tx: Tx, canonicalEmail: string): Promise<string | undefined> {
  const [found] = await tx.rows<{ id: string }>(`select id from contacts where canonical_email = $1`, [canonicalEmail]);
  return found?.id;
}

/** Whether a person with this address was deleted here. */
export async function wasErased(tx: Tx, addressHash: Buffer): Promise<boolean> {
  return (await isErased(tx, [addressHash])).size > 0;
}

export type ContactChange = { [Fact in keyof ContactWords]?: ContactWords[Fact] | undefined };
export type ChangeRefusal = 'no_such_contact' | 'address_taken' | 'no_identity' | 'in_a_sequence';

/**
 * Changes what is given; `identity` goes with a given `email`. A new address takes what is on its way with it: its rows get the new
 * hashes, by which opt-outs are looked up, and what was claimed for the old one is claimed anew.
 */
export async function changeContact(
  tx: Tx,
  contactId: string,
  change: ContactChange,
  identity: Identity | null,
): Promise<ChangeRefusal | null> {
  const [before] = await tx.rows<{ canonicalEmail: string | null; email: string | null; phone: string | null }>(
    `select canonical_email as "canonicalEmail", email, phone from contacts where id = $1 for update`,
    [contactId],
  );
  if (!before) return 'no_such_contact';
  const { email = before.email, phone = before.phone } = change;
  if (email === null && phone === null) return 'no_identity';
  const changesAddress = change.email !== undefined && (identity?.canonicalEmail ?? null) !== before.canonicalEmail;
  if (changesAddress && identity && (await contactByEmail(tx, identity.canonicalEmail)) !== undefined) return 'address_taken';
  if (changesAddress && !identity && (await isInSequence(tx, contactId))) return 'in_a_sequence';

  const given = facts.filter((name) => change[name] !== undefined);
  const sets = given.map((name, i) => `${stored[name]} = $${i + 2}`);
  await tx.run(`update contacts set ${[...sets, 'updated_at = decorum.now()'].join(', ')} where id = $1`, [
    contactId,
    ...given.map((name) => change[name]),
  ]);
  if (changesAddress) await giveIdentity(tx, contactId, identity);
  return null;
}

async function giveIdentity(tx: Tx, contactId: string, identity: Identity | null): Promise<void> {
  await tx.run(`update contacts set canonical_email = $2, address_hash = $3, domain_hash = $4, company_key = $5 where id = $1`, [
    contactId,
    ...identityValues(identity),
  ]);
  if (!identity) return;
  await tx.run(
    `update sends set address_hash = $2, domain_hash = $3, company_key = $4,
       state = case state when 'claimed' then 'planned' else state end, claim_id = case state when 'claimed' then null else claim_id end
     where id in (select id from sends where contact_id = $1 and state in ('planned', 'held', 'claimed') order by id for update)`,
    [contactId, identity.addressHash, identity.domainHash, identity.companyKey],
  );
}

function identityValues(identity: Identity | null): unknown[] {
  return identity
    ? [identity.canonicalEmail, identity.addressHash, identity.domainHash, identity.companyKey]
    : [null, null, null, null];
}

async function isInSequence(tx: Tx, contactId: string): Promise<boolean> {
  const open = await tx.rows(
    `select from enrolments where contact_id = $1 and state in ('waiting', 'queued', 'paused') limit 1`,
    [contactId],
  );
  return open.length > 0;
}

/**
 * Deletes a person: stops what is on its way, then everything that says who it was, also in archives. Keyed hashes stay, so that no
 * import and no restore brings the person back (P7); so do opt-outs. Of what was sent ids and instants stay. False when there is no such
 * contact.
 */
export async function deleteContact(tx: Tx, contactId: string, byUser: string, hash: HashPerson): Promise<boolean> {
  const [person] = await tx.rows<{ canonicalEmail: string | null; phone: string | null }>(
    `select canonical_email as "canonicalEmail", phone from contacts where id = $1 for update`,
    [contactId],
  );
  if (!person) return false;
  await stopContact(tx, contactId, byUser);
  await tx.run(`update tasks set note = '' where contact_id = $1`, [contactId]);
  for (const table of ['inbound_messages', 'soft_bounces', 'contact_touches']) {
    await tx.run(`delete from ${table} where contact_id = $1`, [contactId]);
  }
  const { address, number, id } = hash({ id: contactId, email: person.canonicalEmail, phone: person.phone });
  const known = [address ?? number, id].filter((each) => each !== null); // who has an address is known by it: a number may be a switchboard's
  await writeTombstones(
    tx,
    known.map((each) => ({ kind: 'contact', hash: each })),
  );
  await forgetInArchives(tx, contactId);
  if (person.canonicalEmail !== null) {
    // A second row with the same address was refused, and kept to be looked at.
    await tx.run(
      `update import_refusals set cells = null where reason = 'duplicate'
         and exists (select from jsonb_array_elements_text(cells) as t(cell) where lower(trim(cell)) = $1)`,
      [person.canonicalEmail],
    );
  }
  await tx.run(`delete from contacts where id = $1`, [contactId]);
  return true;
}

/** Ends whatever goes on with a person who is to be deleted: enrolments, messages that have not begun, tasks, rehearsals over a copy of them. */
export async function stopContact(tx: Tx, contactId: string, byUser: string): Promise<void> {
  for (const rehearsalId of await rehearsalsWith(tx, contactId)) await cancelRehearsal(tx, rehearsalId);
  const open = await tx.rows<{ enrolmentId: string }>(
    `select id as "enrolmentId" from enrolments where contact_id = $1 and state in ('waiting', 'queued', 'paused') order by id`,
    [contactId],
  );
  await applyEvents(
    tx,
    open.map(({ enrolmentId }) => ({ enrolmentId, event: { kind: 'stop', because: 'contact_deleted' }, byUser })),
    () => null, // a stop asks for no opening
  );
  await tx.run(
    `update sends set state = 'cancelled', because = 'contact_deleted'
     where id in (select id from sends where contact_id = $1 and state in ('planned', 'held', 'claimed') order by id for update)`,
    [contactId],
  );
  await tx.run(
    `update tasks set state = 'cancelled', done_at = decorum.now() where contact_id = $1 and state in ('open', 'not_cleared')`,
    [contactId],
  );
}
