import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { addLists, createLaunch } from '../../db/launches.ts';
import type { Database } from '../../db/transaction.ts';
import type { Definition } from '../../domain/sequence.ts';
import { companyKey } from '../../domain/address.ts';
import { addressHash, domainHash } from '../../providers/keyedHash.ts';
import type { PlatformKeys } from '../../providers/keys.ts';
import { vault } from '../../providers/vault.ts';

export interface Person {
  contactId: string;
  address: string;
}

export interface FaultTenant {
  tenantId: string;
  launchId: string;
  people: readonly Person[];
  /** Adds the next part of the people to the launch; false when all are in. */
  addPart(): Promise<boolean>;
}

const definition: Definition = {
  window: { from: '00:00', to: '24:00', weekdays: [1, 2, 3, 4, 5, 6, 7], skipHolidays: false },
  steps: [
    {
      id: 'first',
      kind: 'email',
      after: { hours: 0 },
      branches: {},
      subject: 'For {{ company }}',
      text: 'Dear {{ first_name }}, may we talk?',
    },
    {
      id: 'second',
      kind: 'email',
      after: { days: 1 },
      branches: {},
      subject: '',
      text: 'Dear {{ first_name }}, did you see my message?',
    },
    { id: 'third', kind: 'email', after: { days: 1 }, branches: {}, subject: '', text: 'Dear {{ first_name }}, one last time.' },
  ],
};

/** A test tenant whose clock is `clockFactor` times faster, with a relay mailbox on `smtpPort`, and its people in `parts` lists. */
export async function makeTenant(
  db: Database,
  keys: PlatformKeys,
  options: { contacts: number; parts: number; clockFactor: number; smtpPort: number; connections: number },
): Promise<FaultTenant> {
  const tenantId = randomUUID();
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const people = Array.from({ length: options.contacts }, (_, index) => {
    const domain = `company${Math.floor(index / 2)}.example`;
    const address = `person${index}@${domain}`;
    return {
      contactId: randomUUID(),
      address,
      companyKey: companyKey(domain),
      addressHash: addressHash(keys.addressKey, tenantId, address).toString('hex'),
      domainHash: domainHash(keys.addressKey, tenantId, domain).toString('hex'),
      part: index % options.parts,
    };
  });
  const userId = randomUUID();
  const mailboxId = randomUUID();
  const sequenceId = randomUUID();
  const listIds = Array.from({ length: options.parts }, () => randomUUID());

  const launchId = await db.inTenant(tenantId, async (tx) => {
    await tx.run(
      `insert into tenants (id, name, kind, postal_address, sending_domain, clock_factor) values ($1, 'Fault run', 'test', '1 Main St, Boise, ID 83702', 'sender.example', $2)`,
      [tenantId, options.clockFactor],
    );
    await tx.run(
      `insert into users (tenant_id, id, email, name, role, password_hash, created_at) values ($1, $2, $3, 'Robin Rep', 'rep', '', clock_timestamp())`,
      [tenantId, userId, `rep@${tenantId}.example`],
    );
    const dkimSecret = vault(keys.vaultKeys).encrypt(privateKey, { tenantId, column: 'mailboxes.dkim_secret' });
    await tx.run(
      `insert into mailboxes (tenant_id, id, owner_id, kind, from_name, address, smtp_host, smtp_port, smtp_security, dkim_domain, dkim_selector, dkim_secret,
         gap_seconds, jitter_seconds, connections)
       values ($1, $2, $3, 'relay', 'Robin Rep', 'robin@sender.example', '127.0.0.1', $4, 'none', 'sender.example', 'test', $5, 0, 0, $6)`,
      [tenantId, mailboxId, userId, options.smtpPort, dkimSecret, options.connections],
    );
    await tx.run(`insert into sequences (tenant_id, id, name, owner_id, newest) values ($1, $2, 'Three steps', $3, 1)`, [
      tenantId,
      sequenceId,
      userId,
    ]);
    await tx.run(
      `insert into sequence_versions (tenant_id, sequence_id, version, definition, created_by) values ($1, $2, 1, $3, $4)`,
      [tenantId, sequenceId, JSON.stringify(definition), userId],
    );
    await tx.run(
      `insert into contacts (tenant_id, id, email, canonical_email, address_hash, domain_hash, company_key, first_name, company_name, state)
       select $1, p."contactId", p.address, p.address, decode(p."addressHash", 'hex'), decode(p."domainHash", 'hex'), p."companyKey", 'Zoë', 'Company', 'ID'
       from jsonb_to_recordset($2::jsonb) as p("contactId" uuid, address text, "companyKey" text, "addressHash" text, "domainHash" text)`,
      [tenantId, JSON.stringify(people)],
    );
    for (const [part, listId] of listIds.entries()) {
      await tx.run(`insert into lists (tenant_id, id, name, source, created_by) values ($1, $2, $3, 'static', $4)`, [
        tenantId,
        listId,
        `Part ${part}`,
        userId,
      ]);
      await tx.run(`insert into list_members (tenant_id, list_id, contact_id) select $1, $2, unnest($3::uuid[])`, [
        tenantId,
        listId,
        people.filter((person) => person.part === part).map(({ contactId }) => contactId),
      ]);
    }
    const first = listIds[0] as string;
    const { id } = await createLaunch(tx, {
      sequenceId,
      version: 1,
      listIds: [first],
      mailboxIds: [mailboxId],
      requestKey: 'fault',
      reEnter: 'if_not_active',
      createdBy: userId,
    });
    return id;
  });

  let added = 1;
  return {
    tenantId,
    launchId,
    people,
    async addPart() {
      const listId = listIds[added];
      if (!listId) return false;
      await db.inTenant(tenantId, (tx) => addLists(tx, launchId, [listId]));
      added += 1;
      return true;
    },
  };
}
