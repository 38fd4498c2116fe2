import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { issueCertificate } from '../../db/deletion/certificates.ts';
import { endNode } from '../../db/deletion/record.ts';
import { signCertificate } from '../../providers/certificateSignature.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { signLink } from '../../providers/linkToken.ts';
import { password, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
});
beforeEach(async () => {
  acme = await api.workspace();
});
afterAll(() => api.close());

interface Deletion {
  id: string;
  state: string;
  askedAt: string;
  purgeAt: string;
  liveDueAt: string;
  link: string;
  certificates: { id: string }[];
}
const ask = async (body: object = {}) => (await acme.owner.post('/v1/deletions', { password, ...body })).body as Deletion;
const logIn = (email: string) => api.stranger.post('/v1/session', { email, password });

test('asked for with the password it freezes at once: only export, hold and cancel are open, and nothing is sent', async () => {
  expect((await acme.owner.post('/v1/deletions', { password: 'not this one' })).status).toBe(401);
  expect((await acme.owner.get('/v1/contacts')).status).toBe(200);
  const deletion = await ask();
  expect(deletion).toMatchObject({ state: 'frozen', askedAs: 'owner', graceDays: 14 });
  expect(Date.parse(deletion.purgeAt) - Date.parse(deletion.askedAt)).toBe(14 * 86_400_000);
  expect(
    await api.db.inTenant(acme.id, (tx) => tx.rows(`select kind, scope_id = tenant_id as "all" from sending_stops`)),
  ).toEqual([{ kind: 'freeze', all: true }]);
  const refused = { status: 403, body: { type: '/problems#account-frozen' } };
  expect(await acme.owner.get('/v1/contacts')).toMatchObject(refused);
  expect(await acme.owner.post('/v1/lists', { name: 'More' })).toMatchObject(refused);
  expect((await acme.rep.get('/v1/session')).status).toBe(401);
  expect(await logIn(acme.rep.email)).toMatchObject(refused);
  expect((await logIn(acme.owner.email)).status).toBe(201);
  for (const path of ['/v1/deletions', '/v1/legal-holds', '/v1/exports']) expect((await acme.officer.get(path)).status).toBe(200);
  expect((await ask()).id).toBe(deletion.id); // asked twice it is one
});

test('cancelled by an officer the account goes on', async () => {
  const { id } = await ask({ graceDays: 25, withExport: true });
  expect((await acme.officer.get('/v1/exports')).body).toMatchObject({ items: [{ contactId: null }] });
  expect((await acme.officer.post(`/v1/deletions/${id}/cancel`)).body).toMatchObject({ state: 'cancelled' });
  expect((await acme.officer.post(`/v1/deletions/${id}/cancel`)).status).toBe(409);
  expect((await acme.owner.get('/v1/contacts')).status).toBe(200);
  expect(await api.db.inTenant(acme.id, (tx) => tx.rows(`select from sending_stops`))).toEqual([]);
});

test.each([{ graceDays: -1 }, { graceDays: 26 }, { graceDays: 1.5 }])('no such grace: $graceDays days', async (body) => {
  expect((await acme.owner.post('/v1/deletions', { password, ...body })).status).toBe(422);
});

test('no export is promised that the purge would take before anybody has fetched it', async () => {
  const reply = await acme.owner.post('/v1/deletions', { password, graceDays: 0, withExport: true });
  expect(reply).toMatchObject({ status: 422, body: { errors: [{ pointer: '/graceDays' }] } });
  expect((await acme.owner.get('/v1/exports')).body).toMatchObject({ items: [] });
});

test('a rep may not, and an unsubscribe link answers all the same', async () => {
  expect((await acme.rep.post('/v1/deletions', { password })).status).toBe(403);
  const { id } = await ask();
  const claims = { kind: 'unsubscribe', tenantId: acme.id, enrolmentId: id, sequenceId: id } as const;
  const hash = addressHash(api.deps.addressKey, acme.id, 'zoe@prospect.example');
  const path = `/u/${signLink(api.deps.linkKeys, { ...claims, addressHash: hash })}`;
  expect((await api.stranger.post(path, 'List-Unsubscribe=One-Click')).status).toBe(200);
});

describe('a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function certified(): Promise<Deletion> {
    const { id } = await ask();
    await api.db.inTenant(acme.id, async (tx) => {
      await endNode(tx, id, 'table:contacts');
      await endNode(tx, id, 'files', { state: 'skipped', because: 'the store is away' });
      await issueCertificate(tx, id, (certificate) => signCertificate(api.deps.certificates, certificate));
    });
    return (await acme.owner.get(`/v1/deletions/${id}`)).body as Deletion;
  }

  test('is there for whoever has the link, as page, JSON and PDF, without a log-in; and says that something was skipped', async () => {
    const { link } = await certified();
    const path = new URL(link).pathname;
    expect((await api.stranger.get(path)).body).toMatch(/Certificate "live systems"/);
    expect((await api.stranger.get(`${path}/live.json`)).body).toMatchObject({
      certificate: { kind: 'live systems', partial: true, tenantId: acme.id },
    });
    expect((await api.stranger.get(`${path}/live.pdf`)).body).toMatch(/^%PDF/);
    expect((await api.stranger.get(`${path}/final.json`)).status).toBe(404);
    expect((await api.stranger.get(`${path.slice(0, -1)}!`)).status).toBe(404);
  });

  test('is checked offline: genuine with the public keys, and not when a letter of it was changed', async () => {
    const { certificates } = await certified();
    const { body } = await acme.owner.get(`/v1/certificates/${certificates[0]?.id}/certificate.json`);
    const [file, keys, forged] = ['certificate.json', 'jwks.json', 'forged.json'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(file, String(body));
    writeFileSync(forged, String(body).replace('"partial": true', '"partial": false'));
    writeFileSync(keys, JSON.stringify((await api.stranger.get('/.well-known/jwks.json')).body));
    expect(await verified(file, keys)).toMatch(/^Genuine: live systems, partial/);
    expect(await verified(file)).toMatch(/^Genuine/);
    expect(await verified(forged, keys)).toMatch(/^Not genuine/);
    expect((await acme.owner.get(`/v1/certificates/${certificates[0]?.id}/certificate.pdf`)).body).toMatch(/^%PDF/);
  });

  async function verified(...files: string[]): Promise<string> {
    const script = join(__dirname, '../../scripts/verifyCertificate.ts');
    const tsx = join(__dirname, '../../node_modules/tsx/dist/cli.mjs');
    return promisify(execFile)(process.execPath, [tsx, script, ...files]).then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
  }
});
