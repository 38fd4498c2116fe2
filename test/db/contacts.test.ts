import { randomBytes } from 'node:crypto';
import { claim } from '../../db/claims.ts';
import { changeContact, deleteContact, type Identity } from '../../db/contacts.ts';
import { isErased } from '../../db/erasure/tombstones.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { companyKey } from '../../domain/address.ts';
import { addressHash, domainHash } from '../../providers/keyedHash.ts';
import { personHasher } from '../../providers/personHashes.ts';
import { generateVaultKey, vault } from '../../providers/vault.ts';
import { newSend } from '../builders/enrolment.ts';
import { newOutreach, type NewOutreach } from '../builders/outreach.ts';
import { testDatabase } from '../setup/database.ts';

const addressKey = randomBytes(32);
const world = { vault: vault([generateVaultKey()]), addressKey };
let database: Awaited<ReturnType<typeof testDatabase>>;
let db: Database;
let outreach: NewOutreach;

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, max: 4 });
});
beforeEach(async () => {
  outreach = await newOutreach(db, world);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

function identity(email: string): Identity {
  const domain = email.slice(email.indexOf('@') + 1);
  return {
    canonicalEmail: email,
    addressHash: addressHash(addressKey, outreach.tenantId, email),
    domainHash: domainHash(addressKey, outreach.tenantId, domain),
    companyKey: companyKey(domain),
  };
}

function change(email: string | null, phone?: string) {
  return db.inTenant(outreach.tenantId, (tx) =>
    changeContact(
      tx,
      outreach.contact.id,
      { email, ...(phone !== undefined && { phone }) },
      email === null ? null : identity(email),
    ),
  );
}

function plan(): Promise<string> {
  return db.inTenant(outreach.tenantId, async (tx) => {
    await tx.run(`update enrolments set state = 'queued' where id = $1`, [outreach.enrolment.id]);
    return newSend(tx, { enrolmentId: outreach.enrolment.id, state: 'planned' });
  });
}

async function send(id: string) {
  return db.inTenant(outreach.tenantId, (tx) =>
    tx.row<{
      state: string;
      because: string | null;
      addressHash: Buffer;
      domainHash: Buffer;
      companyKey: string | null;
      claimId: string | null;
    }>(
      `select state, because, address_hash as "addressHash", domain_hash as "domainHash", company_key as "companyKey", claim_id as "claimId"
       from sends where id = $1`,
      [id],
    ),
  );
}

describe('a new address', () => {
  test('takes the planned message with it, under its own hashes', async () => {
    const id = await plan();
    expect(await change('new@other.example')).toBeNull();
    expect(await send(id)).toMatchObject({
      state: 'planned',
      companyKey: 'other.example',
      ...hashes('new@other.example'),
    });
  });

  test('takes a claimed message back, to be claimed for the new one', async () => {
    const id = await plan();
    const { tenantId, mailboxId } = outreach;
    const claimed = await db.inTenant(tenantId, (tx) => claim(tx, mailboxId, { most: 10, jitter: 0 }));
    expect(claimed.rows).toHaveLength(1);
    await change('new@gmail.com');
    expect(await send(id)).toMatchObject({ state: 'planned', claimId: null, companyKey: null, ...hashes('new@gmail.com') });
    const again = await db.inTenant(tenantId, (tx) => claim(tx, mailboxId, { most: 10, jitter: 0 }));
    expect(again.rows).toHaveLength(1);
  });

  test('that has opted out gets nothing', async () => {
    const id = await plan();
    await db.inTenant(outreach.tenantId, (tx) =>
      tx.run(
        `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, batch_id)
         values (decorum.tenant(), $1, 'email', decorum.tenant(), 'one_click', gen_random_uuid())`,
        [identity('out@other.example').addressHash],
      ),
    );
    await change('out@other.example');
    const claimed = await db.inTenant(outreach.tenantId, (tx) => claim(tx, outreach.mailboxId, { most: 10, jitter: 0 }));
    expect(claimed.rows).toEqual([]);
    expect((await send(id)).state).not.toBe('claimed');
  });

  test('cannot be none as long as a sequence needs one, nor as long as there is no phone', async () => {
    expect(await change(null, '512 555 0101')).toBe('in_a_sequence');
    expect(await change(null)).toBe('no_identity');
    await db.inTenant(outreach.tenantId, (tx) => tx.run(`update enrolments set state = 'finished', next_at = null`));
    expect(await change(null, '512 555 0101')).toBeNull();
  });

  test('in another spelling of the old one is no change of identity', async () => {
    const id = await plan();
    const before = await send(id);
    await change(outreach.contact.email);
    expect(await send(id)).toEqual(before);
  });
});

function hashes(email: string) {
  const { addressHash, domainHash } = identity(email);
  return { addressHash, domainHash };
}

describe('a deleted person', () => {
  const hash = () => personHasher(addressKey, outreach.tenantId);

  test('is stopped, and what was on its way is cancelled', async () => {
    const id = await plan();
    await db.inTenant(outreach.tenantId, (tx) => deleteContact(tx, outreach.contact.id, outreach.rep.id, hash()));
    expect(await send(id)).toMatchObject({ state: 'cancelled', because: 'contact_deleted' });
    const [enrolment] = await db.inTenant(outreach.tenantId, (tx) => tx.rows(`select state, because from enrolments`));
    expect(enrolment).toEqual({ state: 'stopped', because: 'contact_deleted' });
  });

  test('leaves no word of who it was, only the hash', async () => {
    await plan();
    const { email } = outreach.contact;
    await db.inTenant(outreach.tenantId, async (tx) => {
      await tx.run(
        `insert into inbound_messages (tenant_id, enrolment_id, contact_id, source_hash, kind, from_address, body)
         values (decorum.tenant(), $1, $2, $3, 'reply', $4, 'Call me')`,
        [outreach.enrolment.id, outreach.contact.id, randomBytes(32), email],
      );
    });
    await db.inTenant(outreach.tenantId, (tx) => deleteContact(tx, outreach.contact.id, outreach.rep.id, hash()));
    const kept = await db.inTenant(outreach.tenantId, async (tx) => {
      const tables = await tx.rows<{ name: string }>(
        `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and has_table_privilege(c.oid, 'select')`,
      );
      const words: string[] = [];
      for (const { name } of tables) {
        const rows = await tx.rows<{ text: string }>(`select t::text as text from ${name} t`);
        words.push(...rows.map(({ text }) => text));
      }
      return words;
    });
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.filter((text) => text.includes(email) || text.includes('Call me'))).toEqual([]);
    expect(kept.some((text) => text.includes(outreach.contact.addressHash.toString('hex')))).toBe(true);
  });

  test('who has a number alone is known again by it, and everybody by the id', async () => {
    const { tenantId, contact, rep } = outreach;
    const known = await db.inTenant(tenantId, async (tx) => {
      const { id } = await tx.row<{ id: string }>(
        `insert into contacts (tenant_id, phone) values (decorum.tenant(), '(212) 555-0101') returning id`,
      );
      for (const each of [id, contact.id]) await deleteContact(tx, each, rep.id, hash());
      const { number } = hash()({ id, email: null, phone: '+12125550101' });
      const hashes = [number, ...[id, contact.id].map((each) => hash()({ id: each, email: null, phone: null }).id)];
      return isErased(
        tx,
        hashes.filter((each) => each !== null),
      );
    });
    expect(known.size).toBe(3);
  });

  test('twice is once', async () => {
    const { tenantId, contact, rep } = outreach;
    expect(await db.inTenant(tenantId, (tx) => deleteContact(tx, contact.id, rep.id, hash()))).toBe(true);
    expect(await db.inTenant(tenantId, (tx) => deleteContact(tx, contact.id, rep.id, hash()))).toBe(false);
  });
});
