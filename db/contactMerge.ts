import type { ContactRow } from '../domain/contactRows.ts';
import { type CompanyFacts, holdCompanies } from './companies.ts';
import { textArray } from './textArray.ts';
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
 * Merges people into the tenant's contacts by canonical e-mail; whoever has none is a new contact. Their companies are there. In order of
 * the address, so that two imports cannot wait for each other. The addresses of one call are all different.
 */
export async function mergeContacts(tx: Tx, people: readonly Arrival[], options: MergeOptions): Promise<Merged> {
  if (people.length === 0) return { created: 0, updated: 0, suppressed: 0 };
  await holdCompanies(tx, companiesOf(people));
  const columns = Object.entries(given);
  return tx.row<Merged>(
    `with given as materialized ( -- its own step, so that behind the wall the index on companies' names can be used
       select *, lower("companyName") as "nameKey"
       from unnest(${columns.map((_, i) => `$${i + 5}::text[]`).join(', ')}) as g(${columns.map(([name]) => `"${name}"`).join(', ')})),
     merged as (
       insert into contacts as c (tenant_id, email, canonical_email, address_hash, domain_hash, company_key, first_name, last_name, title, phone,
         company_id, company_name, industry, company_about, city, state, postal_code, country, zone, owner_id, tags, extra, import_id, import_row)
       select decorum.tenant(), g.email, g."canonicalEmail", decode(g."addressHash", 'hex'), decode(g."domainHash", 'hex'), g."companyKey",
         g."firstName", g."lastName", g.title, g.phone, ${companyId}, g."companyName", g.industry, g."companyAbout",
         g.city, g.state, g."postalCode", g.country, nullif(g.zone, ''), (select id from users where id = $2), $3, g.extra::jsonb, $1,
         g."rowNumber"::bigint
       from given g
       order by g."canonicalEmail", g."rowNumber"::bigint
       on conflict (tenant_id, canonical_email) do update set ${merging[options.existing]},
         tags = array(select distinct tag from unnest(c.tags || excluded.tags) as t(tag) order by tag), updated_at = decorum.now()
       returning id, address_hash, domain_hash, xmax = 0 as is_new),
     listed as (
       insert into list_members (tenant_id, list_id, contact_id)
       select decorum.tenant(), l.id, m.id from merged m join lists l on l.id = $4 order by m.id
       on conflict do nothing)
     select count(*) filter (where is_new) as created, count(*) filter (where not is_new) as updated,
       count(*) filter (where (select exists (select from suppressions)) and (
         ${isSuppressed('m.address_hash')} or ${isSuppressed('m.domain_hash')})) as suppressed
     from merged m`,
    [options.importId, options.ownerId, options.tags, options.listId, ...columns.map(([, of]) => textArray(people, of))],
  );
}

/** What is told of each person, column by column: half the work of a JSON object a row, on either side. */
const given: Readonly<Record<string, (person: Arrival) => string | null>> = {
  rowNumber: (person) => String(person.rowNumber),
  email: (person) => person.email,
  canonicalEmail: (person) => person.canonicalEmail,
  addressHash: (person) => person.addressHash && person.addressHash.toString('hex'),
  domainHash: (person) => person.domainHash && person.domainHash.toString('hex'),
  companyKey: (person) => person.companyKey,
  phone: (person) => person.phone,
  firstName: (person) => person.firstName,
  lastName: (person) => person.lastName,
  title: (person) => person.title,
  companyName: (person) => person.companyName,
  companyDomain: (person) => person.companyDomain,
  industry: (person) => person.industry,
  companyAbout: (person) => person.companyAbout,
  city: (person) => person.city,
  state: (person) => person.state,
  postalCode: (person) => person.postalCode,
  country: (person) => person.country,
  zone: (person) => person.zone,
  extra: (person) => JSON.stringify(person.extra),
};

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

/** Each company once: thousands of rows name the same few. */
export function companiesOf(people: readonly Arrival[]): CompanyFacts[] {
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
