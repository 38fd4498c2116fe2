import { z } from 'zod';
import {
  addCompany,
  changeCompany,
  type Company as CompanyRow,
  type CompanyFilter,
  companyOrders,
  deleteCompany,
  findCompany,
  listCompanies,
} from '../../db/companies.ts';
import { companyTouches } from '../../db/companyTouches.ts';
import type { Sorted } from '../../db/sorting.ts';
import type { Tx } from '../../db/transaction.ts';
import { findUser } from '../../db/users.ts';
import { csvFile, csvType } from '../csvFile.ts';
import { mayDelete } from '../legalHold.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging, sortedBy } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Domain, File, Id, Instant, Nothing } from '../shapes.ts';

const Company = z
  .object({
    id: Id,
    name: z.string(),
    domain: z.string().nullable(),
    industry: z.string(),
    about: z.string(),
    ownerId: Id.nullable(),
    people: z.int(),
    createdAt: Instant,
  })
  .meta({ id: 'Company' });

const fields = {
  name: z.string().trim().min(1).max(250),
  domain: Domain.nullable(),
  industry: z.string().trim().max(250),
  about: z.string().trim().max(10_000),
  ownerId: Id.nullable(),
};
const params = z.object({ companyId: Id });

const filters = { search: z.string().max(250).default(''), ownerId: Id.optional(), sort: sortedBy(companyOrders, 'name') };

const CompanyTouch = z
  .object({
    id: Id,
    at: Instant,
    kind: z.enum(['message', 'task', 'received']),
    what: z.string(),
    step: z.int().nullable(),
    contactId: Id,
    contactName: z.string(),
  })
  .meta({ id: 'CompanyTouch' });

const list = route({
  method: 'get',
  path: '/companies',
  action: 'contacts.read',
  tag: 'Companies',
  summary: 'Companies by name, or as asked',
  query: Paging.extend(filters),
  reply: { status: 200, schema: pageOf(Company) },
  async handle({ who, db, query: { limit, cursor, ...filter } }) {
    const page = { after: keysAfter(cursor, 2), rows: limit + 1 };
    const companies = await db.inTenant(who.tenantId, (tx) => listCompanies(tx, filterOf(filter), page));
    return cutPage(companies, limit, keysOf);
  },
});

const exportAll = route({
  method: 'get',
  path: '/companies/export',
  action: 'contacts.read',
  tag: 'Companies',
  summary: 'The companies of a filter as CSV',
  query: z.object(filters),
  reply: { status: 200, schema: File, mediaType: csvType },
  handle: ({ who, db, query, reply }) =>
    csvFile<Sorted<CompanyRow>>({
      read: (page) => db.inTenant(who.tenantId, (tx) => listCompanies(tx, filterOf(query), page)),
      name: 'companies',
      reply,
      columns: {
        'Company name': ({ name }) => name,
        Domain: ({ domain }) => domain,
        Industry: ({ industry }) => industry,
        People: ({ people }) => people,
        About: ({ about }) => about,
      },
      keysOf,
    }),
});

const create = route({
  method: 'post',
  path: '/companies',
  action: 'contacts.write',
  tag: 'Companies',
  summary: 'Add a company; a domain, where it is known, is its identity',
  body: z.strictObject({
    name: fields.name,
    domain: fields.domain.default(null),
    industry: fields.industry.default(''),
    about: fields.about.default(''),
    ownerId: fields.ownerId.default(null),
  }),
  reply: { status: 201, schema: Company },
  errors: ['already-exists', 'invalid-request'],
  handle: ({ who, db, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await mustBeUser(tx, body.ownerId);
      const id = await addCompany(tx, body);
      if (id === null) throw taken();
      return present(await findCompany(tx, id));
    }),
});

const read = route({
  method: 'get',
  path: '/companies/{companyId}',
  action: 'contacts.read',
  tag: 'Companies',
  summary: 'One company',
  params,
  reply: { status: 200, schema: Company },
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, async (tx) => present(await findCompany(tx, params.companyId))),
});

const change = route({
  method: 'patch',
  path: '/companies/{companyId}',
  action: 'contacts.write',
  tag: 'Companies',
  summary: 'Change what is given',
  params,
  body: z.strictObject(fields).partial(),
  reply: { status: 200, schema: Company },
  errors: ['already-exists', 'invalid-request'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await mustBeUser(tx, body.ownerId);
      if ((await changeCompany(tx, params.companyId, body)) === 'taken') throw taken();
      return present(await findCompany(tx, params.companyId));
    }),
});

const remove = route({
  method: 'delete',
  path: '/companies/{companyId}',
  action: 'contacts.delete',
  tag: 'Companies',
  summary: 'Delete a company; its people stay, without one',
  params,
  reply: { status: 204, schema: Nothing },
  errors: ['conflict'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await mayDelete(tx);
      if (!(await deleteCompany(tx, params.companyId))) throw unknown();
      return undefined;
    }),
});

const touches = route({
  method: 'get',
  path: '/companies/{companyId}/touches',
  action: 'contacts.read',
  tag: 'Companies',
  summary: 'What its people got and answered, newest first',
  params,
  query: Paging,
  reply: { status: 200, schema: pageOf(CompanyTouch) },
  async handle({ who, db, params, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const rows = await db.inTenant(who.tenantId, async (tx) => {
      present(await findCompany(tx, params.companyId));
      return companyTouches(tx, params.companyId, page);
    });
    return cutPage(rows, query.limit, ({ atKey, id }) => [atKey, id]);
  },
});

export const companyRoutes = [list, exportAll, create, read, change, remove, touches];

function filterOf({ ownerId, ...filter }: Omit<CompanyFilter, 'ownerId'> & { ownerId?: string | undefined }): CompanyFilter {
  return { ...filter, ownerId: ownerId ?? null };
}

function present(company: CompanyRow | undefined): CompanyRow {
  if (!company) throw unknown();
  return company;
}

function unknown(): Problem {
  return new Problem('not-found', 'There is no such company in this workspace.');
}

function taken(): Problem {
  return new Problem('already-exists', 'Another company has this domain or, without a domain, this name.');
}

async function mustBeUser(tx: Tx, userId: string | null | undefined): Promise<void> {
  if (!userId || (await findUser(tx, userId))) return;
  const message = 'There is no such user in this workspace.';
  throw new Problem('invalid-request', message, { errors: [{ pointer: '/ownerId', message }] });
}
