import { randomUUID } from 'node:crypto';
import type { Tx } from '../../db/transaction.ts';
import { canonicalAddress, companyKey } from '../../domain/address.ts';
import { addressHash, domainHash } from '../../providers/keyedHash.ts';

export interface NewContact {
  id: string;
  /** Canonical. */
  email: string;
  addressHash: Buffer;
}

/** A person in New York with an address that nobody else has, at a company of the same name, unless said otherwise. */
export async function newContact(
  tx: Tx,
  addressKey: Buffer,
  facts: { email?: string; firstName?: string; lastName?: string; zone?: string | null; state?: string } = {},
): Promise<NewContact> {
  const address = canonicalAddress(facts.email ?? `pat@${randomUUID()}.example`);
  if (!address.ok) throw new Error(`${facts.email} is no address: ${address.reason}.`);
  const hash = addressHash(addressKey, tx.tenantId, address.canonical);
  const { id } = await tx.row<{ id: string }>(
    `insert into contacts (tenant_id, email, canonical_email, address_hash, domain_hash, company_key, first_name, last_name, zone, state)
     values (decorum.tenant(), $1, $1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [
      address.canonical,
      hash,
      domainHash(addressKey, tx.tenantId, address.domain),
      companyKey(address.domain),
      facts.firstName ?? 'Pat',
      facts.lastName ?? 'Person',
      facts.zone === undefined ? 'America/New_York' : facts.zone,
      facts.state ?? '',
    ],
  );
  return { id, email: address.canonical, addressHash: hash };
}
