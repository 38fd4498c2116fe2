import { keyset, type Orders, type Sort, type Sorted } from './sorting.ts';
import type { Tx } from './transaction.ts';

export interface CompanyFacts {
  name: string;
  /** Canonical; null where only the name is known. */
  domain: string | null;
  industry: string;
  about: string;
}

/** Makes the companies that are not there yet, and fills what was empty of those that are. A domain is the identity, else the name. */
export async function mergeCompanies(tx: Tx, companies: readonly CompanyFacts[]): Promise<void> {
  if (companies.length === 0) return;
  const given = `jsonb_to_recordset($1::jsonb) as c(name text, domain text, industry text, about text)`;
  const list = JSON.stringify(companies);
  // In the order of their keys, so that two imports that make the same companies cannot wait for each other.
  await tx.run(
    `insert into companies as k (tenant_id, name, domain, industry, about)
     select distinct on (domain) decorum.tenant(), coalesce(nullif(name, ''), domain), domain, industry, about
     from ${given} where domain is not null order by domain, name = ''
     on conflict (tenant_id, domain) where domain is not null do update set
       name = case when k.name = k.domain then excluded.name else k.name end,
       industry = coalesce(nullif(k.industry, ''), excluded.industry), about = coalesce(nullif(k.about, ''), excluded.about)
     where (k.name = k.domain and excluded.name <> k.name) or (k.industry = '' and excluded.industry <> '')
       or (k.about = '' and excluded.about <> '')`,
    [list],
  );
  await tx.run(
    `insert into companies (tenant_id, name, industry, about)
     select distinct on (lower(name)) decorum.tenant(), name, industry, about
     from ${given} where domain is null and name <> '' order by lower(name)
     on conflict (tenant_id, name_key) where domain is null do nothing`,
    [list],
  );
}

/** Keeps these companies in place until the transaction ends: their people name them without a reference of the database's. */
export async function holdCompanies(tx: Tx, companies: readonly CompanyFacts[]): Promise<void> {
  const domains = companies.flatMap(({ domain }) => domain ?? []);
  const names = companies.filter(({ domain }) => domain === null).map(({ name }) => name);
  const hold = (which: string, keys: readonly string[]) =>
    tx.run(`select from companies where ${which} order by id for key share`, [keys]);
  if (domains.length > 0) await hold(`domain = any($1)`, domains);
  if (names.length > 0)
    await hold(`domain is null and name_key = any(array(select lower(n) from unnest($1::text[]) as t(n)))`, names);
}

/** The same for one company; false when there is none. */
export async function holdCompany(tx: Tx, companyId: string): Promise<boolean> {
  return (await tx.rows(`select from companies where id = $1 for key share`, [companyId])).length > 0;
}

export interface Company extends CompanyFacts {
  id: string;
  ownerId: string | null;
  people: number;
  createdAt: Date;
}

const columns = `k.id, k.name, k.domain, k.industry, k.about, k.owner_id as "ownerId", k.created_at as "createdAt",
  (select count(*) from contacts c where c.company_id = k.id) as people`;

export const companyOrders = {
  name: { by: 'k.name_key', as: 'text' },
  industry: { by: 'lower(k.industry)', as: 'text' },
  added: { by: 'k.created_at', as: 'timestamptz' },
} as const satisfies Orders<string>;

export interface CompanyFilter {
  search: string;
  ownerId: string | null;
  sort: Sort<keyof typeof companyOrders>;
}

/** `after`: key and id of the last one of the page before. */
export function listCompanies(
  tx: Tx,
  filter: CompanyFilter,
  page: { after: string[] | undefined; rows: number },
): Promise<Sorted<Company>[]> {
  const { key, after, orderBy } = keyset(companyOrders, filter.sort, 'k.id', ['$3', '$4']);
  return tx.rows<Sorted<Company>>(
    `select ${columns}, ${key} from companies k
     where ($1 = '' or strpos(k.name_key || ' ' || coalesce(k.domain, ''), lower($1)) > 0) and ($2::uuid is null or k.owner_id = $2)
       and ${after}
     ${orderBy} limit $5`,
    [filter.search.trim(), filter.ownerId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

export async function findCompany(tx: Tx, companyId: string): Promise<Company | undefined> {
  const [company] = await tx.rows<Company>(`select ${columns} from companies k where k.id = $1`, [companyId]);
  return company;
}

type Written = CompanyFacts & { ownerId: string | null };

/** The new company's id; null when there is one with the domain or, without a domain, with the name. */
export async function addCompany(tx: Tx, company: Written): Promise<string | null> {
  const [added] = await tx.rows<{ id: string }>(
    `insert into companies (tenant_id, name, domain, industry, about, owner_id) values (decorum.tenant(), $1, $2, $3, $4, $5)
     on conflict do nothing returning id`,
    [company.name, company.domain, company.industry, company.about, company.ownerId],
  );
  return added?.id ?? null;
}

/** Changes what is given. `taken`: another company has the domain or the name. */
export async function changeCompany(
  tx: Tx,
  companyId: string,
  change: { [Fact in keyof Written]?: Written[Fact] | undefined },
): Promise<'changed' | 'no_such_company' | 'taken'> {
  const before = await findCompany(tx, companyId);
  if (!before) return 'no_such_company';
  const {
    name = before.name,
    domain = before.domain,
    industry = before.industry,
    about = before.about,
    ownerId = before.ownerId,
  } = change;
  const [other] = await tx.rows(
    `select from companies where id <> $1 and ((domain is null and $3::text is null and name_key = (select lower($2))) or domain = $3)`,
    [companyId, name, domain],
  );
  if (other) return 'taken';
  await tx.run(`update companies set name = $2, domain = $3, industry = $4, about = $5, owner_id = $6 where id = $1`, [
    companyId,
    name,
    domain,
    industry,
    about,
    ownerId,
  ]);
  return 'changed';
}

/** Its people stay, without a company. It goes first: that waits for whoever is just giving it people. */
export async function deleteCompany(tx: Tx, companyId: string): Promise<boolean> {
  const deleted = await tx.run(`delete from companies where id = $1`, [companyId]);
  if (deleted > 0) await tx.run(`update contacts set company_id = null where company_id = $1`, [companyId]);
  return deleted > 0;
}
