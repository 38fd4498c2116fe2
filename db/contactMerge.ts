import type { ContactRow } from '../domain/contactRows.ts';
import { type CompanyFacts, mergeCompanies } from './companies.ts';
import type { Tx } from './transaction.ts';

/** A row that was accepted, with the keyed hashes of its address. */
export interface Arrival extends ContactRow {
  rowNumber: number;
  addressHash: Buffer | null;
  domainHash: Buffer | null;
}

export interface MergeOptions {
  importId: string;
  ownerId: string | null;
  listId: string | null;
  tags: readonly string[];
  /** Of a contact that is there already: fill what is empty, or let what the file says win. What the file leaves empty never wins. */
  existing: 'fill' | 'overwrite';
}

export interface Merged {
  created: number;
  updated: number;
  /** Of both: have opted out. The opt-out is a row of its own and stays whatever is imported. */
  suppressed: number;
}

/**
 * Merges people into the tenant's contacts by canonical e-mail; whoever has none is a new contact. In order of the address, so that
 * two imports cannot wait for each other. The addresses of one call are all different.
 */
export async function mergeContacts(tx: Tx, people: readonly Arrival[], options: MergeOptions): Promise<Merged> {
  if (people.length === 0) return { created: 0, updated: 0, suppressed: 0 };
  await mergeCompanies(tx, companiesOf(people));
  return tx.row<Merged>(
    `with given as materialized ( -- its own step, so that behind the wall the index on companies' names can be used
       select *, lower("companyName") as "nameKey" from jsonb_to_recordset($1::jsonb) as g("rowNumber" bigint, email text, "canonicalEmail" text, "companyKey" text, phone text,
         "firstName" text, "lastName" text, title text, "companyName" text, "companyDomain" text, industry text, "companyAbout" text,
         city text, state text, "postalCode" text, country text, zone text, extra jsonb, "addressHash" text, "domainHash" text)),
     merged as (
       insert into contacts as c (tenant_id, email, canonical_email, address_hash, domain_hash, company_key, first_name, last_name, title, phone,
         company_id, company_name, industry, company_about, city, state, postal_code, country, zone, owner_id, tags, extra, import_id, import_row)
       select decorum.tenant(), g.email, g."canonicalEmail", decode(g."addressHash", 'hex'), decode(g."domainHash", 'hex'), g."companyKey",
         g."firstName", g."lastName", g.title, g.phone, ${companyId}, g."companyName", g.industry, g."companyAbout",
         g.city, g.state, g."postalCode", g.country, nullif(g.zone, ''), (select id from users where id = $3), $4, g.extra, $2, g."rowNumber"
       from given g
       order by g."canonicalEmail", g."rowNumber"
       on conflict (tenant_id, canonical_email) do update set ${merging[options.existing]},
         tags = array(select distinct tag from unnest(c.tags || excluded.tags) as t(tag) order by tag), updated_at = decorum.now()
       returning id, address_hash, domain_hash, xmax = 0 as is_new),
     listed as (
       insert into list_members (tenant_id, list_id, contact_id)
       select decorum.tenant(), l.id, m.id from merged m join lists l on l.id = $5 order by m.id
       on conflict do nothing)
     select count(*) filter (where is_new) as created, count(*) filter (where not is_new) as updated,
       count(*) filter (where ${isSuppressed('m.address_hash')} or ${isSuppressed('m.domain_hash')}) as suppressed
     from merged m`,
    [JSON.stringify(people.map(asJson)), options.importId, options.ownerId, options.tags, options.listId],
  );
}

// Looked up by row: a join would read all companies for each batch as long as PostgreSQL does not know yet how many there are.
const companyId = `case when g."companyDomain" is not null then (select id from companies k where k.domain = g."companyDomain")
  else (select id from companies k where k.domain is null and k.name_key = g."nameKey") end`;

const texts = [
  'first_name',
  'last_name',
  'title',
  'phone',
  'company_name',
  'industry',
  'company_about',
  'city',
  'state',
  'postal_code',
  'country',
  'zone',
];
const ids = ['company_id', 'owner_id'];

const isSuppressed = (hash: string) => `exists (
  select from suppressions x where x.subject_hash = ${hash} and x.scope_id = decorum.tenant() and x.channel in ('email', 'all'))`;

/** What a contact that is there keeps, and what it takes over. */
const merging = {
  fill: [
    ...texts.map((column) => `${column} = coalesce(nullif(c.${column}, ''), excluded.${column})`),
    ...ids.map((column) => `${column} = coalesce(c.${column}, excluded.${column})`),
    'extra = excluded.extra || c.extra',
  ].join(', '),
  overwrite: [
    ...texts.map((column) => `${column} = coalesce(nullif(excluded.${column}, ''), c.${column})`),
    ...ids.map((column) => `${column} = coalesce(excluded.${column}, c.${column})`),
    'extra = c.extra || excluded.extra',
  ].join(', '),
} as const;

function asJson(person: Arrival) {
  return {
    ...person,
    addressHash: person.addressHash?.toString('hex') ?? null,
    domainHash: person.domainHash?.toString('hex') ?? null,
  };
}

/** Each company once: thousands of rows name the same few. */
function companiesOf(people: readonly Arrival[]): CompanyFacts[] {
  const companies = new Map<string, CompanyFacts>();
  for (const { companyName, companyDomain, industry, companyAbout } of people) {
    if (companyDomain === null && companyName === '') continue;
    const key = companyDomain ?? `name ${companyName}`;
    const known = companies.get(key);
    companies.set(key, {
      name: known?.name || companyName,
      domain: companyDomain,
      industry: known?.industry || industry,
      about: known?.about || companyAbout,
    });
  }
  return [...companies.values()];
}
