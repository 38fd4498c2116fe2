import { z } from 'zod';
import { holdCompany } from '../../db/companies.ts';
import {
  addContact,
  type ChangeRefusal,
  changeContact,
  type Contact as ContactRow,
  contactByEmail,
  contactOrders,
  countContacts,
  deleteContact,
  findContact,
  listContacts,
  listTags,
  wasErased,
} from '../../db/contacts.ts';
import { heldNow } from '../../db/legalHolds.ts';
import type { Sorted } from '../../db/sorting.ts';
import type { Tx } from '../../db/transaction.ts';
import { findUser } from '../../db/users.ts';
import { personHasher } from '../../providers/personHashes.ts';
import { Contact, contactFields, Filter, identityOf } from '../contactShapes.ts';
import { csvFile, csvType } from '../csvFile.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging, sortedBy } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { File, Id, Nothing } from '../shapes.ts';

const params = z.object({ contactId: Id });
const Ordered = { sort: sortedBy(contactOrders, 'name') };

const list = route({
  method: 'get',
  path: '/contacts',
  action: 'contacts.read',
  tag: 'Contacts',
  summary: 'Contacts of a filter, by name or as asked',
  query: Paging.extend(Filter.shape).extend(Ordered),
  reply: { status: 200, schema: pageOf(Contact) },
  async handle({ who, db, query: { limit, cursor, sort, ...filter } }) {
    const page = { sort, after: keysAfter(cursor, 2), rows: limit + 1 };
    const contacts = await db.inTenant(who.tenantId, (tx) => listContacts(tx, filter, page));
    return cutPage(contacts, limit, keysOf);
  },
});

const size = route({
  method: 'get',
  path: '/contacts/count',
  action: 'contacts.read',
  tag: 'Contacts',
  summary: 'How many contacts a filter means',
  query: Filter,
  reply: { status: 200, schema: z.object({ people: z.int() }).meta({ id: 'ContactCount' }) },
  handle: async ({ who, db, query }) => ({ people: await db.inTenant(who.tenantId, (tx) => countContacts(tx, query)) }),
});

const exportAll = route({
  method: 'get',
  path: '/contacts/export',
  action: 'contacts.read',
  tag: 'Contacts',
  summary: 'The contacts of a filter as CSV, which the import takes again (P8)',
  query: Filter.extend(Ordered),
  reply: { status: 200, schema: File, mediaType: csvType },
  handle: ({ who, db, query: { sort, ...filter }, reply }) =>
    csvFile<Sorted<ContactRow>>({
      read: (page) => db.inTenant(who.tenantId, (tx) => listContacts(tx, filter, { sort, ...page })),
      name: 'contacts',
      reply,
      columns: exportedColumns,
      keysOf,
    }),
});

const create = route({
  method: 'post',
  path: '/contacts',
  action: 'contacts.write',
  tag: 'Contacts',
  summary: 'Add a person, by e-mail or phone',
  body: z
    .strictObject({ ...z.object(contactFields).partial().shape, evenIfDeleted: z.boolean().default(false) })
    .refine(({ email, phone }) => email || phone, 'A contact has an e-mail address or a phone.'),
  reply: { status: 201, schema: Contact },
  errors: ['already-exists', 'conflict', 'invalid-request'],
  handle: ({ who, db, deps, body: { evenIfDeleted, ...given } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await mustExist(tx, given);
      const identity = identityOf(deps.addressKey, who.tenantId, given.email);
      if (identity && !evenIfDeleted && (await wasErased(tx, identity.addressHash))) {
        throw new Problem(
          'conflict',
          'This person was deleted from the workspace. Send evenIfDeleted when they are known to want it.',
        );
      }
      const id = await addContact(tx, { ...unsaid, ...written(given) }, identity);
      if (id === null) throw await taken(tx, identity?.canonicalEmail ?? '');
      return present(await findContact(tx, id));
    }),
});

const read = route({
  method: 'get',
  path: '/contacts/{contactId}',
  action: 'contacts.read',
  tag: 'Contacts',
  summary: 'One person',
  params,
  reply: { status: 200, schema: Contact },
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, async (tx) => present(await findContact(tx, params.contactId))),
});

const change = route({
  method: 'patch',
  path: '/contacts/{contactId}',
  action: 'contacts.write',
  tag: 'Contacts',
  summary: 'Change what is given; what is on its way goes to a new address, unless that one has opted out',
  params,
  body: z.strictObject(contactFields).partial(),
  reply: { status: 200, schema: Contact },
  errors: ['already-exists', 'conflict', 'invalid-request'],
  handle: ({ who, db, deps, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await mustExist(tx, body);
      const identity = identityOf(deps.addressKey, who.tenantId, body.email);
      const refusal = await changeContact(tx, params.contactId, written(body), identity);
      if (refusal === 'address_taken') throw await taken(tx, identity?.canonicalEmail ?? '');
      if (refusal) throw refusals[refusal]();
      return present(await findContact(tx, params.contactId));
    }),
});

const remove = route({
  method: 'delete',
  path: '/contacts/{contactId}',
  action: 'contacts.delete',
  tag: 'Contacts',
  summary: 'Delete a person: stops what is on its way; no import brings them back, an opt-out stays in force',
  params,
  reply: { status: 204, schema: Nothing },
  errors: ['conflict'],
  async handle({ who, db, deps, params: { contactId } }) {
    const isDeleted = await db.inTenant(who.tenantId, async (tx) => {
      if ((await heldNow(tx, { contactIds: [contactId] })).length > 0)
        throw new Problem('conflict', 'A legal hold covers this person: nothing of theirs is deleted before it is released.');
      return deleteContact(tx, contactId, who.userId, personHasher(deps.addressKey, who.tenantId));
    });
    if (!isDeleted) throw refusals.no_such_contact();
    return undefined;
  },
});

const tags = route({
  method: 'get',
  path: '/contact-tags',
  action: 'contacts.read',
  tag: 'Contacts',
  summary: 'Every tag in use',
  reply: {
    status: 200,
    schema: z.object({ items: z.array(z.object({ tag: z.string(), people: z.int() })) }).meta({ id: 'ContactTags' }),
  },
  handle: async ({ who, db }) => ({ items: await db.inTenant(who.tenantId, listTags) }),
});

export const contactRoutes = [list, size, exportAll, create, read, change, remove, tags];

const unsaid = {
  email: null,
  phone: null,
  firstName: '',
  lastName: '',
  title: '',
  companyId: null,
  companyName: '',
  industry: '',
  companyAbout: '',
  city: '',
  state: '',
  postalCode: '',
  country: '',
  zone: null,
  ownerId: null,
  tags: [],
  extra: {},
};

/** What was said, blanks around it gone. */
function written<Given extends object>(given: Given): { [Fact in keyof Given]?: Exclude<Given[Fact], undefined> } {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([fact, value]) => [fact, tidy(value)])) as ReturnType<typeof written<Given>>;
}

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value)];
  return typeof value === 'string' ? value.trim() : value;
}

async function mustExist(
  tx: Tx,
  given: { companyId?: string | null | undefined; ownerId?: string | null | undefined },
): Promise<void> {
  if (given.companyId && !(await holdCompany(tx, given.companyId))) throw none('/companyId', 'company');
  if (given.ownerId && !(await findUser(tx, given.ownerId))) throw none('/ownerId', 'user');
}

function none(pointer: string, thing: string): Problem {
  const message = `There is no such ${thing} in this workspace.`;
  return new Problem('invalid-request', message, { errors: [{ pointer, message }] });
}

const refusals: Record<Exclude<ChangeRefusal, 'address_taken'>, () => Problem> = {
  no_such_contact: () => new Problem('not-found', 'There is no such contact in this workspace.'),
  no_identity: () => new Problem('invalid-request', 'A contact has an e-mail address or a phone.'),
  in_a_sequence: () => new Problem('conflict', 'The person is in a sequence, which needs the address: take them out first.'),
};

async function taken(tx: Tx, canonicalEmail: string): Promise<Problem> {
  const message = `${canonicalEmail} is the contact ${await contactByEmail(tx, canonicalEmail)} already.`;
  return new Problem('already-exists', message, { errors: [{ pointer: '/email', message }] });
}

function present(contact: ContactRow | undefined): ContactRow {
  if (!contact) throw refusals.no_such_contact();
  return contact;
}

const exportedColumns = {
  'First Name': ({ firstName }: ContactRow) => firstName,
  'Last Name': ({ lastName }: ContactRow) => lastName,
  Email: ({ email }: ContactRow) => email,
  'Phone Number': ({ phone }: ContactRow) => phone,
  'Job Title': ({ title }: ContactRow) => title,
  'Company name': ({ companyName }: ContactRow) => companyName,
  Industry: ({ industry }: ContactRow) => industry,
  'Company description': ({ companyAbout }: ContactRow) => companyAbout,
  City: ({ city }: ContactRow) => city,
  'State/Region': ({ state }: ContactRow) => state,
  'Postal Code': ({ postalCode }: ContactRow) => postalCode,
  Country: ({ country }: ContactRow) => country,
  'Time Zone': ({ zone }: ContactRow) => zone,
  Tags: ({ tags }: ContactRow) => tags.join('; '),
  'Further columns': ({ extra }: ContactRow) => (Object.keys(extra).length > 0 ? JSON.stringify(extra) : ''),
};
