import { randomUUID } from 'node:crypto';
import type { Database } from '../../db/transaction.ts';
import { companyKey } from '../../domain/address.ts';
import { addressHash, domainHash } from '../../providers/keyedHash.ts';

export interface Person {
  contactId: string;
  address: string;
}

const page = 10_000;

/** Many people at once, two at each company, in Idaho. */
export async function newPeople(db: Database, addressKey: Buffer, tenantId: string, count: number): Promise<Person[]> {
  const people = Array.from({ length: count }, (_, index) => {
    const domain = `company${Math.floor(index / 2)}.example`;
    const address = `person${index}@${domain}`;
    return {
      contactId: randomUUID(),
      address,
      companyKey: companyKey(domain),
      addressHash: addressHash(addressKey, tenantId, address).toString('hex'),
      domainHash: domainHash(addressKey, tenantId, domain).toString('hex'),
    };
  });
  for (let from = 0; from < people.length; from += page) {
    await db.inTenant(tenantId, (tx) =>
      tx.run(
        `insert into contacts (tenant_id, id, email, canonical_email, address_hash, domain_hash, company_key, first_name, company_name, state)
         select decorum.tenant(), p."contactId", p.address, p.address, decode(p."addressHash", 'hex'), decode(p."domainHash", 'hex'), p."companyKey",
           'Zoë', 'Company', 'ID'
         from jsonb_to_recordset($1::jsonb) as p("contactId" uuid, address text, "companyKey" text, "addressHash" text, "domainHash" text)`,
        [JSON.stringify(people.slice(from, from + page))],
      ),
    );
  }
  return people;
}
