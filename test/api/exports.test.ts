import { createHash } from 'node:crypto';
import { type ExportRun, runExport } from '../../activities/exports/runExport.ts';
import { expireWhenDue } from '../../db/exports/exports.ts';
import { opened } from '../exports/unzip.ts';
import { made } from './builders.ts';
import { type Client, password, serve } from './serve.ts';

let clock = new Date();
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve({ now: () => clock, publicUrl: '' });
});
beforeEach(async () => {
  clock = new Date();
  acme = await api.workspace();
});
afterAll(() => api.close());

interface Shown {
  id: string;
  state: string;
  bytes: number;
  sha256: string;
  rowsWritten: number;
  rowsPlanned: number;
}

/** As its worker would. */
async function write(exportId: string): Promise<void> {
  const run: ExportRun = { db: api.db, addressKey: api.deps.addressKey, onProgress: () => undefined, isOver: () => false };
  while (await runExport(run, acme.id, exportId));
}
async function ready(who: Client, body: object = {}): Promise<Shown> {
  const { id } = await made(
    who.post('/v1/exports', body).then((reply) => ({ ...reply, status: reply.status === 202 ? 201 : reply.status })),
  );
  await write(id);
  return (await who.get(`/v1/exports/${id}`)).body as Shown;
}
const linkTo = async (who: Client, id: string) => ((await who.post(`/v1/exports/${id}/link`)).body as { url: string }).url;
const fetched = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${api.origin}${url}`, { headers, method });

test('the owner gets everything: asked for, written, downloaded behind a link that needs no log-in', async () => {
  await made(acme.rep.post('/v1/contacts', { email: 'ann@example.com', firstName: 'Ann' }));
  const shown = await ready(acme.owner);
  expect(shown).toMatchObject({ state: 'done', rowsWritten: shown.rowsPlanned });
  const reply = await fetched(await linkTo(acme.owner, shown.id));
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toBe('application/zip');
  expect(reply.headers.get('content-disposition')).toMatch(/^attachment; filename="account-\d{4}-\d\d-\d\d\.zip"$/);
  const zip = Buffer.from(await reply.arrayBuffer());
  expect(createHash('sha256').update(zip).digest('hex')).toBe(shown.sha256);
  const { rows, text } = await opened(zip);
  expect(rows('contacts')).toMatchObject([{ first_name: 'Ann' }]);
  expect(text).not.toMatch(/pbkdf2/);
  const [{ n } = { n: 0 }] = await api.db.inTenant(acme.id, (tx) =>
    tx.rows<{ n: number }>(`select count(*) as n from audit_log where action = 'export downloaded' and subject_id = $1`, [
      shown.id,
    ]),
  );
  expect(n).toBe(1);
});

test('an account that is frozen gets its last export: asked for with the deletion, written, downloaded; and another one', async () => {
  await made(acme.rep.post('/v1/contacts', { email: 'ann@example.com', firstName: 'Ann' }));
  expect((await acme.owner.post('/v1/deletions', { password, graceDays: 3, withExport: true })).status).toBe(202);
  expect((await acme.owner.get('/v1/contacts')).status).toBe(403);
  const { items } = (await acme.owner.get('/v1/exports')).body as { items: Shown[] };
  const last = items[0]?.id ?? '';
  await write(last);
  const { rows } = await opened(Buffer.from(await (await fetched(await linkTo(acme.owner, last))).arrayBuffer()));
  expect(rows('contacts')).toMatchObject([{ first_name: 'Ann' }]);
  expect(await ready(acme.officer)).toMatchObject({ state: 'done' });
});

test('an officer gets one person', async () => {
  const ann = await made(acme.rep.post('/v1/contacts', { email: 'ann@example.com' }));
  await made(acme.rep.post('/v1/contacts', { email: 'bob@example.com' }));
  const { id } = await ready(acme.officer, { contactId: ann.id });
  const { manifest, text } = await opened(Buffer.from(await (await fetched(await linkTo(acme.officer, id))).arrayBuffer()));
  expect(manifest.contact).toBe(ann.id);
  expect(text).toContain('ann@example.com');
  expect(text).not.toContain('bob@');
  expect((await acme.officer.post('/v1/exports', { contactId: acme.id })).status).toBe(404);
});

test('a broken download goes on where it was, by the part', async () => {
  const { id, bytes, sha256 } = await ready(acme.owner);
  const url = await linkTo(acme.owner, id);
  const head = await fetched(url, {}, 'HEAD');
  expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
    200,
    String(bytes),
    'bytes',
  ]);
  const etag = head.headers.get('etag') ?? '';
  const whole = Buffer.from(await (await fetched(url)).arrayBuffer());
  const first = await fetched(url, { range: 'bytes=0-99' });
  expect([first.status, first.headers.get('content-range')]).toEqual([206, `bytes 0-99/${bytes}`]);
  const rest = await fetched(url, { range: 'bytes=100-', 'if-range': etag });
  const together = Buffer.concat([Buffer.from(await first.arrayBuffer()), Buffer.from(await rest.arrayBuffer())]);
  expect(together.equals(whole)).toBe(true);
  expect(createHash('sha256').update(together).digest('hex')).toBe(sha256);
  expect(Buffer.from(await (await fetched(url, { range: 'bytes=-22' })).arrayBuffer())).toEqual(whole.subarray(-22));
  expect((await fetched(url, { range: 'bytes=100-', 'if-range': '"another"' })).status).toBe(200);
  const beyond = await fetched(url, { range: `bytes=${bytes}-` });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes}`]);
  expect((await fetched(url, {}, 'POST')).status).toBe(405);
});

test('no part of a file leaves without an entry in the audit log', async () => {
  const { id } = await ready(acme.owner);
  const url = await linkTo(acme.owner, id);
  expect((await fetched(url, { range: 'bytes=1-' })).status).toBe(206);
  const entries = await api.db.inTenant(acme.id, (tx) =>
    tx.rows(`select from audit_log where action = 'export downloaded' and subject_id = $1`, [id]),
  );
  expect(entries).toHaveLength(1);
});

test('a link ends with its day, with its file, and with any change to it', async () => {
  const { id } = await ready(acme.owner);
  const url = await linkTo(acme.owner, id);
  expect((await fetched(`${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`)).status).toBe(404);
  clock = new Date(clock.getTime() + 25 * 3_600_000);
  expect((await fetched(url)).status).toBe(404);
  const next = await linkTo(acme.owner, id);
  expect((await fetched(next, {}, 'HEAD')).status).toBe(200);
  await api.db.inTenant(acme.id, async (tx) => {
    await tx.run(`update exports set expires_at = decorum.now()`);
    expect(await expireWhenDue(tx, id)).toBe(null);
  });
  expect((await fetched(next)).status).toBe(404);
  expect((await acme.owner.get(`/v1/exports/${id}`)).body).toMatchObject({ state: 'expired' });
});

test('one is written at a time; it can be ended, and a finished file deleted at once', async () => {
  const first = (await acme.owner.post('/v1/exports', {})).body as Shown;
  expect((await acme.officer.post('/v1/exports', {})).body).toMatchObject({ id: first.id, state: 'asked' });
  expect((await acme.owner.post(`/v1/exports/${first.id}/link`)).status).toBe(409);
  expect((await acme.owner.post(`/v1/exports/${first.id}/cancel`)).body).toMatchObject({ state: 'cancelled' });
  expect((await acme.owner.post(`/v1/exports/${first.id}/cancel`)).status).toBe(409);
  const { id } = await ready(acme.owner);
  expect((await acme.owner.post(`/v1/exports/${id}/cancel`)).body).toMatchObject({ state: 'expired' });
  const { items } = (await acme.owner.get('/v1/exports')).body as { items: Shown[] };
  expect(items.map(({ state }) => state)).toEqual(['expired', 'cancelled']);
});
