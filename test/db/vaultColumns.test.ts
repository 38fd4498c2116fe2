import { randomUUID } from 'node:crypto';
import type { Tx } from '../../db/transaction.ts';
import { addUser } from '../../db/users.ts';
import { type Renew, renewTokens, vaultColumns } from '../../db/vaultColumns.ts';
import { destroyTenantKey, tenantKeyStore } from '../../db/tenantKeys.ts';
import { generateVaultKey, type Vault, vault } from '../../providers/vault.ts';
import { newMailbox } from '../builders/mailbox.ts';
import { newTenant } from '../builders/tenant.ts';
import { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const [oldKey, newKey] = [generateVaultKey(), generateVaultKey()];
const before = vault([oldKey]);
const both = vault([newKey, oldKey]);
const after = vault([newKey]);
const renew: Renew = (token, place) => (both.isNewest(token, place) ? null : both.rotate(token, place));
const within = <T>(tenantId: string, work: (tx: Tx) => Promise<T>) => world.onOwnClock.inTenant(tenantId, work);

/** A workspace with a secret in every column, under the key of `vault`. */
async function furnished(sealed: Vault): Promise<string> {
  const tenantId = await newTenant(world.onOwnClock);
  const encrypt = (column: string) => sealed.encrypt(`the ${column}`, { tenantId, column });
  await tenantKeyStore(world.onOwnClock).ofTenant(tenantId, () => encrypt('tenant_keys.wrapped'));
  await within(tenantId, async (tx) => {
    const facts = { name: 'Rae', role: 'rep', zone: 'UTC', signature: '', passwordHash: 'none' } as const;
    const user = await addUser(tx, { email: `${randomUUID()}@acme.example`, ...facts });
    if (!user) throw new Error('The address is taken.');
    await tx.run(`update users set totp_secret = $1`, [encrypt('users.totp_secret')]);
    for (let n = 0; n < 3; n += 1) {
      const secrets = { smtpSecret: encrypt('mailboxes.smtp_secret'), dkimSecret: encrypt('mailboxes.dkim_secret') };
      await newMailbox(tx, sealed, { ownerId: user.id, ...secrets });
    }
    await tx.run(
      `insert into integrations (tenant_id, provider, kind, secret, last_four, set_by)
       select decorum.tenant(), p, 'api_key', s, 'wxyz', $3 from unnest($1::text[], $2::text[]) as n(p, s)`,
      [['openai', 'zoominfo'], [encrypt('integrations.secret'), encrypt('integrations.secret')], user.id],
    );
    await tx.run(
      `insert into clearances (tenant_id, person_key, number_hash, number_sealed, state, by_user, record, signature)
       select decorum.tenant(), 'x', decode(repeat('ab', 32), 'hex'), s, 'cleared', $2, '', 'x' from unnest($1::text[]) as s`,
      [Array.from({ length: 250 }, () => encrypt('clearances.number_sealed')), user.id],
    );
  });
  return tenantId;
}

/** Every secret of the workspace as the vault opens it; throws when it does not. */
async function opened(tenantId: string, by: Vault): Promise<string[]> {
  const all: string[] = [];
  for (const { table, column: name } of vaultColumns) {
    const column = `${table}.${name}`;
    const rows = await within(tenantId, (tx) =>
      tx.rows<{ token: string }>(`select ${name} as token from ${table} where tenant_id = $1 and ${name} <> ''`, [tenantId]),
    );
    for (const { token } of rows) all.push(by.decrypt(token, { tenantId, column }).toString());
  }
  return all;
}
const inEach = 1 + 3 + 3 + 250 + 2 + 1;

test('the columns are all those that the catalogue says hold a credential or something sealed', async () => {
  const { rows } = await world.owner.query<{ column: string }>(`
    select c.relname || '.' || a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.atttypid = 'text'::regtype
      and (col_description(c.oid, a.attnum) like 'user.authorization.credentials;%' or a.attname like '%sealed%' or a.attname like '%secret%' or a.attname = 'probes')
    order by 1`);
  const noToken = [
    'integrations.last_four',
    'mailboxes.smtp_user',
    'users.password_hash', // PBKDF2
  ];
  expect(rows.map(({ column }) => column).filter((column) => !noToken.includes(column))).toEqual(
    vaultColumns.map(({ table, column }) => `${table}.${column}`).sort(),
  );
});

test('rotation ends with everything under the newest key, wherever it was ended before, while the product reads and writes', async () => {
  const tenants = [await furnished(before), await furnished(before)];
  await within(tenants[0]!, (tx) =>
    tx.run(`update mailboxes set dkim_secret = '' where id = (select id from mailboxes limit 1)`),
  ); // as in a rehearsal
  let left = 300;
  const ending: Renew = (token, place) => {
    if ((left -= 1) < 0) throw new Error('ended');
    return renew(token, place);
  };
  await expect(renewTokens(world.onOwnClock, ending)).rejects.toThrow('ended');
  for (const tenantId of tenants)
    expect(await opened(tenantId, both)).toHaveLength(tenantId === tenants[0] ? inEach - 1 : inEach);

  // The product goes on: somebody replaces a key between the reading and the writing of a page.
  const replaced = after.encrypt('the newer', { tenantId: tenants[1]!, column: 'integrations.secret' });
  let raced = false;
  const racing = async () => {
    const { inTenant } = world.onOwnClock;
    return renewTokens(
      {
        ...world.onOwnClock,
        inTenant: async (tenantId, work, options) => {
          const result = await inTenant(tenantId, work, options);
          if (!raced && tenantId === tenants[1] && JSON.stringify(result)?.includes('zoominfo')) {
            raced = true;
            await inTenant(tenantId, (tx) =>
              tx.run(`update integrations set secret = $1 where provider = 'zoominfo'`, [replaced]),
            );
          }
          return result;
        },
      },
      renew,
    );
  };
  const second = await racing();
  expect(raced).toBe(true);
  expect(second.rotated).toBeGreaterThan(0);
  expect(second.rotated).toBeLessThan(2 * inEach - 250);
  expect(second.unreadable).toEqual({});
  for (const tenantId of tenants) await opened(tenantId, after);
  expect(await opened(tenants[1]!, after)).toContain('the newer');
  const third = await renewTokens(world.onOwnClock, renew);
  expect(third).toEqual({ rotated: 0, current: 2 * inEach - 1, unreadable: {} });
});

test('a token that no key opens is counted and left, and a destroyed key is none', async () => {
  const lost = await furnished(vault([generateVaultKey()]));
  const gone = await furnished(before);
  await within(gone, destroyTenantKey);
  const { unreadable } = await renewTokens(world.onOwnClock, renew);
  expect(unreadable).toEqual({
    'mailboxes.smtp_secret': 3,
    'mailboxes.dkim_secret': 3,
    'users.totp_secret': 1,
    'clearances.number_sealed': 250,
    'integrations.secret': 2,
    'tenant_keys.wrapped': 1,
  });
  expect(await opened(gone, after)).toHaveLength(inEach - 1);
  await expect(opened(lost, both)).rejects.toThrow('No vault key opens');
});
