import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { callingTableVersion } from '../../law/calls.ts';
import { ann, callsUnderWay, type CallFacts, loadRegistry, onThatDay } from './callWorkspace.ts';
import { type Client, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());
type Acme = Awaited<ReturnType<typeof onThatDay>>;
const load = (acme: Acme, lines: string | Buffer, how?: { query?: string; type?: string; list?: string }) =>
  loadRegistry(api, acme, lines, how);
const underWay = (facts: CallFacts = {}) => callsUnderWay(api, facts);

type Call = { taskId: string; isOpen: boolean; opensAt: string; closesAt: string; because: string; state: string };

const queueOf = async (client: Client) => ((await client.get('/v1/calls')).body as { items: Call[] }).items;
const clear = async (client: Client, taskId: string) =>
  (await client.post('/v1/calls/clearance', { taskId })).body as {
    id: string;
    state: string;
    because: string;
    citation: string;
    number: string;
  };
const dial = async (client: Client, id: string) =>
  (await client.post(`/v1/calls/clearance/${id}/dial`)).body as { state: string; because: string };

test('a call is cleared, dialled once, ended, and its person goes on; the proof can be checked with the public key', async () => {
  const { acme, launch } = await underWay();
  const [first] = await queueOf(acme.rep);
  expect(first).toMatchObject({
    isOpen: true,
    state: 'not_cleared',
    closesAt: '2026-11-25T02:00:00.000Z',
    zones: ['America/New_York'],
    states: ['NY'],
    table: callingTableVersion,
  });
  const taskId = first?.taskId ?? '';
  const cleared = await clear(acme.rep, taskId);
  expect(cleared).toMatchObject({
    state: 'cleared',
    number: expect.stringMatching(/^\+1212/),
    citation: expect.stringContaining('16 CFR 310.4'),
  });
  expect((await acme.rep.post(`/v1/tasks/${taskId}/done`, { outcome: 'connected' })).status).toBe(409);
  expect(await dial(acme.rep, cleared.id)).toMatchObject({ state: 'dialled' });
  expect(await dial(acme.rep, cleared.id)).toMatchObject({ state: 'refused', because: 'redeemed' });
  expect((await acme.rep.post(`/v1/tasks/${taskId}/done`, { outcome: 'voicemail' })).body).toMatchObject({ state: 'done' });
  expect(await queueOf(acme.rep)).toHaveLength(1);
  const { items } = (await acme.rep.get(`/v1/launches/${launch.id}/people`)).body as { items: { state: string; step: number }[] };
  expect(items.map(({ state, step }) => `${state} ${step}`).sort()).toEqual(['queued 0', 'waiting 1']);

  const promises = (await acme.owner.get('/v1/obligations?kind=call.cleared')).body as {
    items: { state: string; evidence: { record: string; signature: string } }[];
  };
  expect(promises.items).toMatchObject([
    { state: 'met', evidence: { record: expect.stringContaining('"federal":"2026-11-20"') } },
  ]);
  const { record = '', signature = '' } = promises.items[0]?.evidence ?? {};
  expect(api.deps.clearances.verify(record, Buffer.from(signature, 'base64url'))).toBe(true);
  expect(api.deps.clearances.verify(record.replace('cleared', 'refused'), Buffer.from(signature, 'base64url'))).toBe(false);
  expect(record).not.toContain('2125550');
});

test.each([
  { what: 'no registry', facts: { registry: '' }, because: 'registry_missing', citation: '310.4(b)(3)(iv)' },
  { what: 'a number on it', facts: { registry: '2125550101\n2125550102\n' }, because: 'registry_listed', citation: '310.4(b)' },
  { what: 'data of 31 days', facts: { at: '2026-12-21T17:00:00Z' }, because: 'registry_stale', citation: '310.4(b)(3)(iv)' },
  { what: 'the evening', facts: { at: '2026-11-25T02:00:00Z' }, because: 'outside_window', citation: '64.1200(c)(1)' },
])('$what refuses, with the citation', async ({ facts, because, citation }) => {
  const { acme } = await underWay(facts);
  const [call] = await queueOf(acme.rep);
  expect(await clear(acme.rep, call?.taskId ?? '')).toMatchObject({
    state: 'refused',
    because,
    citation: expect.stringContaining(citation),
    number: null,
  });
});

test('a disposition puts the number on the list: its tasks close, a clearance given before is void, and a new contact is refused', async () => {
  const { acme } = await underWay({ phones: [ann, '(212) 555-0101'] });
  const [first, second] = await queueOf(acme.rep);
  const given = await clear(acme.rep, second?.taskId ?? '');
  expect(given.state).toBe('cleared');
  expect((await acme.rep.post(`/v1/tasks/${first?.taskId}/done`, { outcome: 'do_not_call' })).status).toBe(200);
  expect(await queueOf(acme.rep)).toEqual([]);
  expect(await dial(acme.rep, given.id)).toMatchObject({ state: 'refused', because: 'do_not_call_request' });
  await api.db.inTenant(acme.id, (tx) => tx.run(`delete from contacts`));
  expect((await acme.rep.post('/v1/calls/clearance', { number: ann })).body).toMatchObject({
    state: 'refused',
    because: 'do_not_call_request',
  });
  const { items } = (await acme.owner.get('/v1/obligations?kind=do_not_call.honoured')).body as { items: object[] };
  expect(items).toMatchObject([{ state: 'met', clause: 'P12' }]);
});

test('a request by e-mail, by the API or in a file is in force when it is answered', async () => {
  const { acme } = await underWay();
  expect((await acme.officer.post('/v1/do-not-call', { number: 'n/a' })).body).toMatchObject({
    errors: [{ pointer: '/number' }],
  });
  const offered = async () => ((await acme.rep.get('/v1/tasks?kind=call')).body as { items: object[] }).items.length;
  expect(await offered()).toBe(2);
  expect((await acme.officer.post('/v1/do-not-call', { number: ann, basis: 'email' })).body).toMatchObject({ closedTasks: 1 });
  const file = await acme.officer.post('/v1/do-not-call/import', 'Phone\n212-555-0102\nno number\n', {
    'content-type': 'text/csv',
  });
  expect(file.body).toMatchObject({ numbers: 1, rejectedRows: [3], closedTasks: 1 });
  expect(await offered()).toBe(0);
  expect(await queueOf(acme.rep)).toEqual([]);
});

test('the internal list is asked by a whole number, and shows what each request closed', async () => {
  const { acme } = await underWay();
  const listed = async (number: string) => (await acme.rep.get(`/v1/do-not-call?number=${encodeURIComponent(number)}`)).body;
  expect(await listed(ann)).toEqual({ listed: null });
  await acme.officer.post('/v1/do-not-call', { number: ann, basis: 'form' });
  expect(await listed('(212) 555-0101')).toMatchObject({ listed: { basis: 'form' } });
  expect(await listed('n/a')).toMatchObject({ errors: [{ parameter: 'number' }] });
  await acme.officer.post('/v1/do-not-call', { number: '+12125550177' });
  const first = (await acme.rep.get('/v1/do-not-call-requests?limit=1')).body as { items: object[]; next: string };
  expect(first.items).toMatchObject([{ basis: 'api', numbers: 1, closedTasks: 0 }]);
  expect((await acme.rep.get(`/v1/do-not-call-requests?limit=1&cursor=${first.next}`)).body).toMatchObject({
    items: [{ basis: 'form', closedTasks: 1 }],
    next: null,
  });
});

test("a state's ban and a tenant's exemption are switches, with a reason", async () => {
  const { acme } = await underWay();
  const ban = (body: unknown) => acme.officer.put('/v1/calling-switches/NY/ban', body);
  expect((await acme.rep.put('/v1/calling-switches/NY/ban', { ban: null })).status).toBe(403);
  await ban({ ban: { reason: 'state of emergency' } });
  const [call] = await queueOf(acme.rep);
  expect(call).toMatchObject({ isOpen: false, because: expect.stringContaining('state of emergency') });
  expect(await clear(acme.rep, call?.taskId ?? '')).toMatchObject({ state: 'refused', because: 'emergency_ban' });
  await ban({ ban: null });
  expect(await clear(acme.rep, call?.taskId ?? '')).toMatchObject({ state: 'cleared' });
  const exempt = (state: string) =>
    acme.owner.put(`/v1/calling-switches/${state}/exemption`, { reason: 'sales to companies only' });
  expect((await exempt('NY')).body).toMatchObject({ exemptions: [{ state: 'NY', reason: 'sales to companies only' }] });
  expect((await exempt('PA')).status).toBe(422);
  expect((await exempt('ZZ')).status).toBe(404);
  expect((await acme.rep.get('/v1/calling-switches')).body).toMatchObject({ bans: [] });
});

test('a number that has had another holder since it came to us is refused, also when that is heard of before the dialling', async () => {
  const { acme } = await underWay();
  const known: Record<string, 'yes' | 'no'> = {};
  const asking = await serve({ reassigned: { sinceThen: (e164) => Promise.resolve(known[e164] ?? 'no data') } });
  try {
    const { acme: other } = await callsUnderWay(asking);
    const [first, second] = await queueOf(other.rep);
    const given = await clear(other.rep, first?.taskId ?? '');
    expect(given.state).toBe('cleared');
    known[ann] = known['+12125550102'] = 'yes';
    expect(await dial(other.rep, given.id)).toMatchObject({ state: 'refused', because: 'reassigned' });
    expect(await clear(other.rep, second?.taskId ?? '')).toMatchObject({
      state: 'refused',
      because: 'reassigned',
      citation: expect.stringContaining('64.1200(m)'),
    });
  } finally {
    await asking.close();
  }
  const [call] = await queueOf(acme.rep);
  expect((await clear(acme.rep, call?.taskId ?? '')).state).toBe('cleared'); // where nobody is asked
});

test('a call back lies inside the window', async () => {
  const { acme } = await underWay();
  const [call] = await queueOf(acme.rep);
  const put = (at: string) => acme.rep.post(`/v1/tasks/${call?.taskId}/call-back`, { at, note: 'after lunch' });
  expect((await put('2026-11-26T03:00:00Z')).body).toMatchObject({
    errors: [{ pointer: '/at', message: expect.stringContaining('21:00') }],
  });
  expect((await put('2026-11-25T18:00:00Z')).body).toMatchObject({ closesAt: '2026-11-26T02:00:00Z' });
  expect(await queueOf(acme.rep)).toMatchObject([{ isOpen: true }, { taskId: call?.taskId, isOpen: false, note: 'after lunch' }]);
});

test("a state's limit of attempts holds over 24 hours", async () => {
  const florida = '+13055550101';
  const acme = await onThatDay(api);
  await load(acme, '3055559999\n');
  await load(acme, '3055559999\n', { list: 'FL' });
  for (let n = 0; n < 3; n += 1) {
    const { body } = await acme.rep.post('/v1/calls/clearance', { number: florida });
    expect(body).toMatchObject({ state: 'cleared' });
    expect(await dial(acme.rep, (body as { id: string }).id)).toMatchObject({ state: 'dialled' });
  }
  expect((await acme.rep.post('/v1/calls/clearance', { number: florida })).body).toMatchObject({
    because: 'too_many_attempts',
    citation: expect.stringContaining('501.616'),
    opensAt: expect.stringMatching(/^2026-11-25T17:0/),
  });
});

describe("a registry's download", () => {
  const shown = async (client: Client) => ((await client.get('/v1/call-registries')).body as { items: object[] }).items;

  test('in full and as changes, with 7 or 10 digits', async () => {
    const acme = await onThatDay(api);
    expect((await load(acme, '5550101\r\n5550102\r\n', { query: 'dataOn=2026-11-01&areaCode=212' })).body).toMatchObject({
      state: 'in_force',
      numbers: 2,
      areaCodes: [212],
    });
    expect((await load(acme, '212,5550103\n718,5550103', { query: 'dataOn=2026-11-01' })).body).toMatchObject({
      numbers: 2,
      areaCodes: [212, 718],
    });
    const changes = '2125550103,2026-11-02T05:00:00,D\n2125550104,2026-11-02T05:00:00,A\n2125550105,2026-11-02T05:00:00,A\n';
    expect((await load(acme, changes, { query: 'kind=changes&dataOn=2026-11-23' })).body).toMatchObject({
      numbers: 2,
      areaCodes: [212],
    });
    expect((await load(acme, changes, { query: 'kind=changes&dataOn=2026-11-23' })).body).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('already'),
    });
    const loads = (await acme.owner.get('/v1/call-registry-loads')).body as { items: object[] };
    expect(loads.items.map((one) => (one as { state: string }).state).sort()).toEqual([
      'in_force',
      'in_force',
      'in_force',
      'refused',
    ]);
    expect(await shown(acme.owner)).toMatchObject([
      { list: 'federal', areaCode: 718, numbers: 1, daysLeft: 8, state: 'in force', account: 'SAN1' },
      { list: 'federal', areaCode: 212, numbers: 2, dataOn: '2026-11-23' },
    ]);
    const { blocks } = await api.db.inTenant(acme.id, (tx) =>
      tx.row<{ blocks: number }>(`select count(*) as blocks from call_registry_blocks`),
    );
    expect(blocks).toBe(2);
  });

  test.each([
    { what: 'a line that is no number', lines: '2125550101\nhello\n', detail: 'Line 2 is no telephone number.' },
    { what: 'a number of another area code', lines: '7185550101\n', query: 'dataOn=2026-11-20&areaCode=212', detail: 'Line 1' },
    { what: 'data that is older', lines: '2125550101\n', query: 'dataOn=2026-11-19', detail: 'older' },
    { what: 'data of tomorrow', lines: '2125550101\n', query: 'dataOn=2026-11-25', detail: 'tomorrow' },
    { what: 'an empty file', lines: '\n', detail: 'no number' },
    { what: 'what is no zip', lines: 'PK', type: 'application/zip', detail: 'zip' },
  ])('$what is refused, and the old list stays in force', async ({ lines, detail, ...how }) => {
    const { acme } = await underWay({ phones: [ann], registry: '2125550101\n' });
    const before = await shown(acme.owner);
    const { body } = await load(acme, lines, how);
    const { reason, detail: said } = body as { reason?: string; detail?: string };
    expect(reason ?? said).toContain(detail);
    expect(await shown(acme.owner)).toEqual(before);
    const { blocks } = await api.db.inTenant(acme.id, (tx) =>
      tx.row<{ blocks: number }>(`select count(*) as blocks from call_registry_blocks`),
    );
    expect(blocks).toBe(1);
  });

  test.each([
    {
      what: 'its files are read',
      files: { '212.txt': '5550101\n', '718.txt': '5550101\n5550102\n' },
      reply: { numbers: 3, areaCodes: [212, 718] },
    },
    {
      what: 'another kind of file refuses it',
      files: { '212.txt': '5550101\n', 'run.exe': 'x' },
      reply: { state: 'refused', reason: expect.stringContaining('run.exe') },
    },
    {
      what: 'a bomb refuses it',
      files: { '212.txt': '5550101\n'.repeat(400_000) },
      reply: { state: 'refused', reason: expect.stringContaining('200 times') },
    },
  ])('zipped: $what', async ({ files, reply }) => {
    const acme = await onThatDay(api);
    const path = join(await mkdtemp(join(tmpdir(), 'zip-')), 'download.zip');
    const zip = new yazl.ZipFile();
    for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(path));
    expect((await load(acme, readFileSync(path), { type: 'application/zip' })).body).toMatchObject(reply);
  });
});
