import { spawnSync } from 'node:child_process';
import { defaultPayloadConverter } from '@temporalio/common';
import pg from 'pg';
import { payloadCodec } from '../../providers/codec/payloadCodec.ts';
import { mailboxBody, made } from './builders.ts';
import { password, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

const url = () => api.ownerUrl;
const canDump = spawnSync('pg_dump', ['--version']).status === 0;

/** Everything in the database, as whoever stole a backup would read it. */
async function dumped(): Promise<string> {
  if (canDump) {
    const dump = spawnSync('pg_dump', ['--dbname', url()], { encoding: 'utf8', maxBuffer: 200_000_000 });
    if (dump.status === 0) return dump.stdout;
    if (!/version mismatch/.test(dump.stderr)) throw new Error(dump.stderr);
  }
  const client = new pg.Client({ connectionString: url() });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
    parts.push(...rows.map(({ row }) => row));
  }
  await client.end();
  return parts.join('\n');
}

/** A secret as it may lie there: as it is, in hexadecimal, in base64. */
function spellings(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret);
  return [
    bytes.toString('utf8'),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
}

test('a dump of the database has no secret in it', async () => {
  const acme = await api.workspace();
  const key = 'sk-proj-4yQm7Zr2Lk9Wb3Xn8Vd5Tf1Hc6Pj0GsA';
  const accessToken = 'AQXdSP_W41_UPs5ioT_t8HESyODB4FqbkJ8LrV_5mff4gPODzOYR';
  const refreshToken = 'refresh-2Fb9QmZ7Lw4Kx1Rv6Ny3Ht8';
  const mailbox = mailboxBody();
  await made(acme.rep.post('/v1/mailboxes', mailbox, { 'idempotency-key': 'a mailbox' }));
  const put = (provider: string, body: object) => acme.owner.ask('PUT', `/v1/integrations/${provider}`, { body });
  expect((await put('openai', { kind: 'api_key', key })).status).toBe(200);
  expect((await put('linkedin', { kind: 'oauth_token', accessToken, refreshToken })).status).toBe(200);
  const { token } = (await acme.rep.post('/v1/tokens', { name: 'script', scopes: ['contacts.read'], days: 30 })).body as {
    token: string;
  };
  const factor = await acme.rep.post('/v1/account/second-factor', { password });
  const { secret: totp } = factor.body as { secret: string };
  const context = { type: 'workflow' as const, namespace: 'decorum', workflowId: `outreach/${acme.id}/1` };
  await payloadCodec(api.deps.histories).encode([defaultPayloadConverter.toPayload('x')], context);
  const dataKey = (await api.deps.histories.sealing(acme.id)).key.export();

  const dump = await dumped();
  expect(dump).toContain(mailbox.address); // it is a dump of this database
  const secrets = {
    password,
    smtp: mailbox.smtp.password,
    dkim: mailbox.dkim.privateKey.split('\n')[3]!,
    key,
    accessToken,
    refreshToken,
    apiToken: token.slice(-43),
    totp,
    dataKey,
  };
  const found = Object.entries(secrets).flatMap(([name, secret]) =>
    spellings(secret).some((spelled) => dump.includes(spelled)) ? [name] : [],
  );
  expect(found).toEqual([]);
  expect(totp.length).toBeGreaterThan(15);
  expect(dataKey).toHaveLength(32);
});
