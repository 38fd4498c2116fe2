import { generateKeyPairSync } from 'node:crypto';
import type { Database } from '../../db/transaction.ts';
import { addressHash, domainHash } from '../../providers/keyedHash.ts';
import type { Client, serve } from './serve.ts';

type Api = Awaited<ReturnType<typeof serve>>;

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

export function mailboxBody(change: Record<string, unknown> = {}) {
  return {
    kind: 'rep',
    fromName: 'Ann',
    address: 'ann@acme.example',
    smtp: { host: '127.0.0.1', port: 1, security: 'none', user: 'ann', password: 'smtp password of ann' }, // where nothing listens, whatever else runs
    dkim: { domain: 'acme.example', selector: 's1', privateKey },
    ...change,
  };
}

const windowAllDay = { from: '00:00', to: '24:00', weekdays: [1, 2, 3, 4, 5, 6, 7], skipHolidays: false };
export const email = {
  id: 'hello',
  kind: 'email',
  after: { hours: 0 },
  subject: 'Hello {{ first_name }}',
  text: 'We make clocks, {{ first_name }}.',
};
export function definition(change: Record<string, unknown> = {}) {
  return {
    window: windowAllDay,
    steps: [email, { id: 'again', kind: 'email', after: { days: 2 }, subject: '', text: 'Once more.' }],
    ...change,
  };
}

export async function made(reply: Promise<{ status: number; body: unknown }>): Promise<{ id: string }> {
  const { status, body } = await reply;
  expect({ status, body }).toMatchObject({ status: 201 });
  return body as { id: string };
}

/** A list of contacts; the addresses tell who. */
export async function addList(
  api: Api,
  tenantId: string,
  client: Client,
  addresses: readonly string[],
): Promise<{ listId: string; contactIds: string[] }> {
  return api.db.inTenant(tenantId, async (tx) => {
    const contactIds: string[] = [];
    for (const address of addresses) {
      const [name = '', domain = ''] = address.split('@');
      const { id } = await tx.row<{ id: string }>(
        `insert into contacts (tenant_id, email, canonical_email, address_hash, domain_hash, first_name, state, country)
         values ($1, $2, $2, $3, $4, $5, 'NY', 'US') returning id`,
        [
          tenantId,
          address,
          addressHash(api.deps.addressKey, tenantId, address),
          domainHash(api.deps.addressKey, tenantId, domain),
          name,
        ],
      );
      contactIds.push(id);
    }
    const list = await tx.row<{ id: string }>(
      `insert into lists (tenant_id, name, source, created_by) values ($1, gen_random_uuid()::text, 'static', $2) returning id`,
      [tenantId, client.userId],
    );
    await tx.run(`insert into list_members (tenant_id, list_id, contact_id) select $1, $2, unnest($3::uuid[])`, [
      tenantId,
      list.id,
      contactIds,
    ]);
    return { listId: list.id, contactIds };
  });
}

export async function count(db: Database, tenantId: string, sql: string, values: unknown[] = []): Promise<number> {
  return (await db.inTenant(tenantId, (tx) => tx.row<{ n: number }>(`select count(*) as n from ${sql}`, values))).n;
}
