import { findIncident } from '../../db/breach/incidents.ts';
import { replan } from '../../db/breach/planning.ts';
import { gatherNext } from '../../db/breach/scopes.ts';
import { closeObligation } from '../../db/obligation.ts';
import { linePlan } from '../../law/breachPlanning.ts';
import { addList, mailboxBody, made } from './builders.ts';
import { type Client, type Reply, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let second: Client;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  second = acme.owner;
  await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
});
afterAll(() => api.close());

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const facts = {
  discoveredAt: hoursAgo(1),
  happened: 'on 1 November 2026',
  nature: 'A copy of a database was taken.',
  data: ['ssn'],
  systems: 'The reporting database.',
  steps: 'The access was closed.',
  advice: 'Watch your accounts.',
  contact: '+1 555 0100',
};
interface Detail {
  id: string;
  revision: number;
  noticeAt: string | null;
  noticeBecause: string | null;
  missing: string[];
  lines: {
    id: string;
    key: string;
    audience: string;
    dueAt: string;
    standing: string;
    citation: string;
    receiptName: string | null;
  }[];
  holds: { id: string; confirmedAt: string | null }[];
  approvedBy: string[];
  next: { action: string; lineId: string | null };
}
const detail = ({ body, status }: Reply, expected = 200): Detail => {
  expect({ status, body }).toMatchObject({ status: expected });
  return body as Detail;
};

async function opened(change: Record<string, unknown> = {}, scopes: unknown[] = []): Promise<Detail> {
  const body = { title: 'A copy was taken', facts: { ...facts, ...change }, scopes };
  return detail(await acme.officer.post('/v1/breaches', body), 201);
}

test('an incident is open with its promise from the discovery on, even before anybody knows who is affected', async () => {
  const incident = await opened();
  expect(incident.lines).toMatchObject([{ key: 'promise', audience: 'users', standing: 'open' }]);
  expect(Date.parse(incident.lines[0]?.dueAt ?? '') - Date.parse(facts.discoveredAt)).toBe(72 * 3_600_000);
  expect(Date.parse(incident.noticeAt ?? '') - Date.parse(facts.discoveredAt)).toBe(71 * 3_600_000);
  expect(incident).toMatchObject({ noticeBecause: 'default', missing: ['everybody who is affected'], next: { action: 'facts' } });
  const board = (await acme.officer.get('/v1/obligations?clause=P6')).body as { items: { kind: string; citation: string }[] };
  expect(board.items).toContainEqual(expect.objectContaining({ kind: 'breach.users' }));
});

test('an earlier discovery moves the dates by itself, a later one only with a reason, and the record keeps both', async () => {
  const { id, lines } = await opened();
  const change = async (discoveredAt: string, reason = '') =>
    detail(await acme.officer.post(`/v1/breaches/${id}/facts`, { facts: { discoveredAt }, reason })).lines[0]?.dueAt;
  const earlier = await change(hoursAgo(5));
  expect(Date.parse(earlier ?? '')).toBeLessThan(Date.parse(lines[0]?.dueAt ?? ''));
  expect(await change(hoursAgo(2))).toBe(earlier);
  expect(Date.parse((await change(hoursAgo(2), 'The log was misread.')) ?? '')).toBeGreaterThan(Date.parse(earlier ?? ''));
  const { events } = (await acme.officer.get(`/v1/breaches/${id}/timeline`)).body as {
    events: { kind: string; byUser: string }[];
  };
  expect(events.filter(({ kind }) => kind === 'facts')).toHaveLength(3);
  expect(events.every(({ byUser }) => byUser === acme.officer.userId)).toBe(true);
});

test('a discovery in the future and fast clocks of a real incident are refused', async () => {
  const body = { title: 'No', facts: { ...facts, discoveredAt: hoursAgo(-2) } };
  expect((await acme.officer.post('/v1/breaches', body)).status).toBe(422);
  expect((await acme.officer.post('/v1/breaches', { title: 'No', facts, compression: 60 })).status).toBe(422);
});

test('a notice says what it lacks and what it must not say, and is approved as it was seen', async () => {
  const { listId } = await addList(
    api,
    acme.id,
    acme.officer,
    Array.from({ length: 12 }, (_, n) => `b${n}@notice.example`),
  );
  const incident = await opened({ isScopeKnown: true }, [{ kind: 'list', listId }]);
  await api.db.inTenant(acme.id, async (tx) => {
    await tx.run(
      `insert into breach_people (tenant_id, incident_id, person_id, kind, scope_id, state)
       select decorum.tenant(), s.incident_id, m.contact_id, 'contact', s.id, 'MA' from breach_scopes s join list_members m on m.tenant_id = s.tenant_id and m.list_id = s.list_id
       where s.incident_id = $1`,
      [incident.id],
    );
  });
  const path = `/v1/breaches/${incident.id}/notices`;
  type Shown = { text: string; findings: { kind: string; what: string }[]; isEdited: boolean; revision: number };
  const general = (await acme.officer.get(path)).body as Shown;
  expect(general.findings).toEqual([]);
  expect(general.text).toContain('Approximately 12 people');
  const massachusetts = (await acme.officer.get(`${path}?place=MA`)).body as Shown;
  expect(massachusetts.findings).toEqual([]);
  expect(massachusetts.text).not.toContain('copy of a database');
  const words = { subject: 'Notice of Data Breach', text: 'A copy of a database was taken. 12 people are affected.' };
  const edited = (await acme.officer.put(path, { audience: 'users', place: 'MA', words })).body as Shown;
  expect(edited).toMatchObject({ isEdited: true, revision: incident.revision + 1 });
  expect(edited.findings).toContainEqual({ kind: 'forbidden', what: 'the nature of the breach' });
  expect(edited.findings).toContainEqual({ kind: 'forbidden', what: 'the number of people' });
  expect(edited.findings).toContainEqual({ kind: 'missing', what: 'whom to ask' });

  const approve = (revision: number) => acme.officer.post(`/v1/breaches/${incident.id}/approve`, { revision });
  expect((await approve(incident.revision)).status).toBe(409); // what was seen is not what would leave
  await acme.officer.put('/v1/breach-settings', { fourEyes: true, defaultOffBecause: null });
  expect(detail(await approve(edited.revision))).toMatchObject({ noticeBecause: 'default', approvedBy: [acme.officer.userId] });
  const both = detail(await second.post(`/v1/breaches/${incident.id}/approve`, { revision: edited.revision }));
  expect(both).toMatchObject({ noticeBecause: 'approved' });
  expect(Date.parse(both.noticeAt ?? '')).toBeLessThan(Date.now() + 1000);
  await acme.officer.put('/v1/breach-settings', { fourEyes: false, defaultOffBecause: null });
});

test('the unapproved notice is switched off with a reason only', async () => {
  const incident = await opened({ isScopeKnown: true });
  const off = (defaultOffBecause: string | null) =>
    acme.officer.put('/v1/breach-settings', { fourEyes: false, defaultOffBecause });
  expect((await off('no')).status).toBe(422);
  expect((await off('Counsel approves each notice by hand.')).status).toBe(200);
  expect(detail(await acme.officer.get(`/v1/breaches/${incident.id}`)).noticeAt).toBeNull();
  await off(null);
  expect(detail(await acme.officer.get(`/v1/breaches/${incident.id}`)).noticeAt).not.toBeNull();
});

test('a hold needs a second officer; a decision not to notify waives what it names', async () => {
  const { id } = await opened({ isScopeKnown: true });
  const reason = 'The copy was recovered unread, as the forensic report shows.';
  const asked = detail(await acme.officer.post(`/v1/breaches/${id}/holds`, { kind: 'risk_of_harm', reason }), 201);
  const confirm = (who: Client) => who.post(`/v1/breaches/${id}/holds/${asked.holds[0]?.id}/confirm`);
  expect((await confirm(acme.officer)).status).toBe(409);
  const decided = detail(await confirm(second));
  expect(decided.lines.map(({ standing }) => standing)).toEqual(['waived']);
  expect(decided).toMatchObject({ noticeAt: null, next: { action: 'close' } });
  expect((await confirm(second)).status).toBe(409);
  expect(detail(await acme.officer.post(`/v1/breaches/${id}/close`)).next.action).toBe('none');
  expect((await acme.officer.post(`/v1/breaches/${id}/facts`, { facts: { nature: 'Other' } })).status).toBe(409);
});

test('a law-enforcement hold comes with its document, and a state without the exemption refuses the decision', async () => {
  const { id, lines } = await opened();
  const untilAt = hoursAgo(-100);
  const hold = {
    kind: 'law_enforcement',
    untilAt,
    authority: 'FBI',
    reason: 'An arrest is near.',
    document: { name: 'a.pdf', base64: 'JVBERg==' },
  };
  expect((await acme.officer.post(`/v1/breaches/${id}/holds`, { ...hold, document: undefined })).status).toBe(422);
  const asked = detail(await acme.officer.post(`/v1/breaches/${id}/holds`, hold), 201);
  expect(asked.next.action).toBe('confirm_hold');
  const held = detail(await second.post(`/v1/breaches/${id}/holds/${asked.holds[0]?.id}/confirm`));
  expect(Date.parse(held.lines[0]?.dueAt ?? '')).toBeGreaterThan(Date.parse(lines[0]?.dueAt ?? '') + 90 * 3_600_000);
  const decision = { kind: 'risk_of_harm', states: ['CA'], reason: 'Nobody outside has seen the data.' };
  expect((await acme.officer.post(`/v1/breaches/${id}/holds`, decision)).status).toBe(422);
});

test('a filing closes its line with the receipt as evidence', async () => {
  const incident = await opened();
  const { lineId } = await api.db.inTenant(acme.id, (tx) =>
    tx.row<{ lineId: string }>(
      `update breach_lines set audience = 'regulators', state = 'MD', recipient = 'Attorney General' where incident_id = $1 returning id as "lineId"`,
      [incident.id],
    ),
  );
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(`update obligations set kind = 'breach.regulators' where subject_id = $1`, [lineId]),
  );
  const path = `/v1/breaches/${incident.id}/lines/${lineId}`;
  expect(detail(await acme.officer.put(`${path}/email`, { email: 'ag@md.example' })).lines[0]).toMatchObject({
    email: 'ag@md.example',
  });
  const { items } = (await acme.officer.get('/v1/regulators')).body as {
    items: { state: string; name: string; email: string }[];
  };
  expect(items.filter(({ state }) => state === 'MD')).toMatchObject([{ name: 'Attorney General' }]);
  const receipt = { name: 'receipt.pdf', base64: Buffer.from('%PDF receipt').toString('base64') };
  const filed = detail(await acme.officer.post(`${path}/filed`, { note: 'Number 17', receipt }));
  expect(filed.lines[0]).toMatchObject({ standing: 'met', receiptName: 'receipt.pdf' });
  expect((await acme.officer.post(`${path}/filed`, {})).status).toBe(409);
  expect((await acme.officer.get(`${path}/receipt`)).body).toBe('%PDF receipt');
});

test('whoever e-mail must not reach is for the mail house, and told otherwise by hand', async () => {
  const { listId, contactIds } = await addList(api, acme.id, acme.officer, ['=post@mail.example']);
  const incident = await opened({ isScopeKnown: true }, [{ kind: 'list', listId }]);
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(
      `insert into breach_people (tenant_id, incident_id, person_id, kind, scope_id, notice)
       select decorum.tenant(), incident_id, $2, 'contact', id, 'post' from breach_scopes where incident_id = $1`,
      [incident.id, contactIds[0]],
    ),
  );
  const path = `/v1/breaches/${incident.id}`;
  const people = (await acme.officer.get(`${path}/people?notice=undone`)).body as { items: { personId: string }[] };
  expect(people.items).toMatchObject([{ personId: contactIds[0] }]);
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(`update contacts set extra = '{"Street Address 2": "Floor 3", "Mailing Street": "1 Main St"}' where id = $1`, [
      contactIds[0],
    ]),
  );
  const csv = (await acme.officer.get(`${path}/post.csv`)).body as string;
  expect(csv).toContain(`${contactIds[0]},'=post,"1 Main St, Floor 3",`);
  expect((await acme.officer.post(`${path}/people/${contactIds[0]}/told`, { note: 'Letter of today' })).status).toBe(204);
  expect((await acme.officer.post(`${path}/people/${contactIds[0]}/told`, { note: 'again' })).status).toBe(409);
  expect((await acme.officer.post(`${path}/people/${contactIds[0]}/bounced`)).status).toBe(409);
  expect(detail(await acme.officer.get(path)).lines[0]).toMatchObject({ standing: 'met' });
});

test("a regulator's address is kept for the incidents to come, whoever found it out", async () => {
  const put = (state: string, body: unknown) => acme.officer.put(`/v1/regulators/${state}/email`, body);
  const { items } = (await acme.officer.get('/v1/regulators')).body as { items: { state: string; name: string }[] };
  const name = items.find(({ state }) => state === 'NH')?.name ?? '';
  expect((await put('NH', { name: 'Nobody', email: 'x@nh.example' })).status).toBe(404);
  expect((await acme.rep.put('/v1/regulators/NH/email', { name, email: null })).status).toBe(403);
  await put('NH', { name, email: 'ag@nh.example' });
  const { listId, contactIds } = await addList(api, acme.id, acme.officer, ['someone@nh.example']);
  await api.db.inTenant(acme.id, (tx) => tx.run(`update contacts set state = 'NH' where id = $1`, [contactIds[0]]));
  const planned = async () => {
    const { id } = await opened({ data: ['ssn'], isScopeKnown: true }, [{ kind: 'list', listId }]);
    await api.db.inTenant(acme.id, async (tx) => {
      const incident = await findIncident(tx, id);
      while (incident && (await gatherNext(tx, incident)));
      await replan(tx, id, linePlan, { reason: '', byUser: null });
    });
    const { lines } = detail(await acme.officer.get(`/v1/breaches/${id}`));
    return lines.filter(({ audience }) => audience === 'regulators');
  };
  expect(await planned()).toMatchObject([{ state: 'NH', email: 'ag@nh.example' }]);
  await put('NH', { name, email: null });
  expect(await planned()).toMatchObject([{ state: 'NH', email: null }]);
});

test('a drill is scored clock by clock, and an incident is not', async () => {
  const incident = await opened();
  expect((await acme.officer.get(`/v1/breaches/${incident.id}/score`)).status).toBe(409);
  const body = { title: 'Exercise', facts: { ...facts, discoveredAt: hoursAgo(1) }, isDrill: true, compression: 60 };
  const drill = detail(await acme.officer.post('/v1/breaches', body), 201);
  const score = async () => (await acme.officer.get(`/v1/breaches/${drill.id}/score`)).body;
  expect(await score()).toMatchObject({
    points: null,
    clocks: [{ standing: 'open', points: null, marginHours: null }],
    steps: [],
  });
  const { lineId } = await api.db.inTenant(acme.id, (tx) =>
    tx.row<{ lineId: string }>(`select id as "lineId" from breach_lines where incident_id = $1`, [drill.id]),
  );
  await api.db.inTenant(acme.id, (tx) => closeObligation(tx, 'breach.drill', lineId, {}));
  const { points, clocks } = (await score()) as { points: number; clocks: { marginHours: number }[] };
  expect(points).toBe(100);
  expect(clocks[0]?.marginHours).toBeCloseTo(12, 0); // an hour at sixty times the speed leaves twelve of 72
});
