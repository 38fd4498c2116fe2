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
