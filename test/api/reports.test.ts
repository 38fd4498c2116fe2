import { parse } from 'csv-parse/sync';
import { newLaunch } from '../builders/enrolment.ts';
import { newReadersOf } from '../builders/variants.ts';
import { cast, steps, tellStory } from '../db/reportsStory.ts';
import { count, made, mailboxBody } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
/** For tests that only read. */
let told: Awaited<ReturnType<typeof desk>>;
beforeAll(async () => {
  api = await serve();
  told = await desk();
});
afterAll(() => api.close());

/** The story of test/db/reportsStory.ts in a workspace of the API. */
async function desk() {
  const acme = await api.workspace();
  const { id: tenantId, rep } = acme;
  const mailbox = await made(rep.post('/v1/mailboxes', mailboxBody()));
  const second = await made(rep.post('/v1/mailboxes', mailboxBody({ address: 'bob@acme.example' })));
  const sequence = await made(rep.post('/v1/sequences', { name: '=Clocks', definition: { steps } }));
  const launchId = await api.db.inTenant(tenantId, (tx) =>
    newLaunch(tx, { sequenceId: sequence.id, mailboxId: mailbox.id, by: rep.userId }),
  );
  const { addressKey } = api.deps;
  const mailboxIds = [mailbox.id, second.id] as const;
  const contacts = await tellStory({ db: api.db, tenantId, addressKey, launchId, userId: rep.userId, mailboxIds });
  return { acme, launchId, contacts, sequence, mailbox, report: `/v1/launches/${launchId}/report` };
}
type People = { items: { contact: { id: string; name: string }; got: boolean; because: string | null }[]; next: string | null };
const rowsOf = (csv: unknown) => parse<Record<string, string>>(csv as string, { columns: true, bom: true });

test('a launch is reported by step, mailbox and rep, as JSON and as CSV', async () => {
  const { acme, launchId, sequence, report } = told;
  const { status, body } = await acme.officer.get(report);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    launchId,
    sequenceId: sequence.id,
    version: 1,
    total: { people: 14, reached: 7, sent: 11, rates: { replied: { count: 1, of: 7 } } },
    steps: [
      { stepId: 'hello', got: 7, notGot: 7, refused: { total: 1, by: { hard_bounce: 1 } } },
      { stepId: 'again', got: 3, notGot: 11, complained: 1 },
      { stepId: 'look', got: 1, notGot: 13, tasks: { total: 2, by: { done: 1, open: 1 } } },
    ],
    mailboxes: [
      { address: 'ann@acme.example', sent: 5 },
      { address: 'bob@acme.example', sent: 6 },
    ],
    reps: [{ userId: acme.rep.userId, sent: 11, people: 14 }],
  });
  const file = await acme.rep.get(`${report}.csv`);
  expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const rows = rowsOf(file.body);
  expect(rows.map((row) => row.of)).toEqual(['step', 'step', 'step', 'mailbox', 'mailbox', 'rep', 'launch']);
  expect(rows[0]).toMatchObject({ id: 'hello', people: '14', got: '7', not_got: '7', reply_rate: '0.1429', other_rates_of: '7' });
  expect(rows[2]).toMatchObject({ id: 'look', reply_rate: '', other_rates_of: '0' });
  expect(rows[0]?.reasons).toContain('refused hard_bounce: 1');
  expect(rows[6]).toMatchObject({ id: launchId, name: "'=Clocks", sent: '11' }); // a formula stays text
});

test('all launches of a time are one CSV by step, variant, rep and mailbox', async () => {
  const { acme, sequence, launchId, mailbox } = await desk();
  const hello = { ...steps[0], variants: [{ id: 'b', subject: '=Clocks', text: 'Clocks?' }] };
  await made(
    acme.rep.post(`/v1/sequences/${sequence.id}/versions`, { definition: { steps: [hello, ...steps.slice(1)] }, basedOn: 1 }),
  );
  await made(acme.rep.post(`/v1/sequences/${sequence.id}/versions`, { definition: { steps: [steps[2], hello] }, basedOn: 2 }));
  await api.db.inTenant(acme.id, async (tx) => {
    await tx.run(`update launches set version = 2`);
    const had = [{ variant: 'b' as const, people: 3, replied: 1 }];
    await newReadersOf(tx, api.deps.addressKey, { launchId, mailboxId: mailbox.id, had });
    await tx.run(`update launches set version = 3`); // in which the same step has another place
    await newReadersOf(tx, api.deps.addressKey, { launchId, mailboxId: mailbox.id, had });
  });
  const file = await acme.officer.get('/v1/reports.csv');
  expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const order = (row: Record<string, string>) => `${row.step === 'hello' ? 0 : 1} ${row.variant} ${row.mailbox}`; // mailboxes come by id
  const rows = rowsOf(file.body).sort((one, other) => order(one).localeCompare(order(other)));
  expect(rows.map(({ step, variant, mailbox: address, sent, replied }) => ({ step, variant, address, sent, replied }))).toEqual([
    { step: 'hello', variant: '', address: 'ann@acme.example', sent: '5', replied: '1' },
    { step: 'hello', variant: '', address: 'bob@acme.example', sent: '3', replied: '0' },
    { step: 'hello', variant: 'b', address: 'ann@acme.example', sent: '6', replied: '2' },
    { step: 'again', variant: '', address: 'bob@acme.example', sent: '3', replied: '0' },
  ]);
  expect(rows[0]).toMatchObject({ sequence_id: sequence.id, sequence: "'=Clocks", rep: 'rep', bounced_later: '1', refused: '1' });
  expect(rowsOf((await acme.rep.get(`/v1/launches/${launchId}/report.csv`)).body)).toContainEqual(
    expect.objectContaining({ of: 'variant', id: 'hello b', name: "'=Clocks", sent: '6' }),
  );
  const empty = await acme.rep.get('/v1/reports.csv?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z');
  expect(rowsOf(empty.body)).toEqual([]);
  expect((await acme.rep.get('/v1/reports.csv?from=2020-02-01T00:00:00Z&to=2020-01-01T00:00:00Z')).status).toBe(400);
});

test('who got a step and who did not is found page by page, by reason, and as CSV', async () => {
  const { acme, contacts, report } = await desk();
  const people = async (query: string) => (await acme.rep.get(`${report}/people?step=hello&${query}`)).body as People;
  const names = ({ items }: People) => items.map(({ contact }) => contact.name).sort();
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await people(`limit=4${cursor && `&cursor=${cursor}`}`);
    seen.push(...names(page));
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(seen.sort()).toEqual([...cast]);
  expect(names(await people('got=yes'))).toEqual(['ann', 'ben', 'cid', 'dot', 'kim', 'max', 'ned']);
  expect(names(await people('got=no'))).toEqual(['eve', 'fay', 'gil', 'hal', 'ivy', 'joe', 'lea']);
  expect((await people('because=late')).items).toMatchObject([{ contact: { id: contacts.hal }, got: false, standing: 'held' }]);

  await api.db.inTenant(acme.id, (tx) =>
    tx.run(`update contacts set first_name = '=HYPERLINK("http://evil.example")' where id = $1`, [contacts.gil]),
  );
  const rows = rowsOf((await acme.rep.get(`${report}/people.csv?step=hello&got=no`)).body);
  expect(rows.map(({ email = '' }) => email.slice(0, 3)).sort()).toEqual(['eve', 'fay', 'gil', 'hal', 'ivy', 'joe', 'lea']);
  expect(rows.find(({ email }) => email === 'gil@gil.example')).toMatchObject({
    name: `'=HYPERLINK("http://evil.example")`,
    got: 'no',
    standing: 'planned',
    because: 'limit',
    opted_out: 'no',
  });
  expect(rows.find(({ email }) => email === 'eve@eve.example')).toMatchObject({ because: 'hard_bounce', opted_out: 'yes' });
});

test.each([
  { query: '', status: 400, because: 'no step is named' },
  { query: 'step=never', status: 404, because: 'the launch has no such step' },
  { query: 'step=hello&got=maybe', status: 400, because: 'one got it or not' },
  { query: 'step=hello&cursor=W10', status: 400, because: 'the cursor is none of this list' },
])('people?$query is refused: $because', async ({ query, status }) => {
  const { acme, report } = told;
  expect((await acme.rep.get(`${report}/people?${query}`)).status).toBe(status);
});

test('the rest becomes a list that can be launched, once however often it is asked for', async () => {
  const { acme, contacts, report, sequence, mailbox } = await desk();
  const { body: rest } = await acme.rep.get(`${report}/rest?step=hello`);
  expect(rest).toMatchObject({ stepId: 'hello', people: 7 });
  const wanted = { step: 'hello', because: ['late', 'limit', 'hard_bounce', 'answer_lost'], name: 'The rest' };
  const replies = await Promise.all(Array.from({ length: 4 }, () => acme.rep.post(`${report}/list`, wanted)));
  expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(new Set(replies.map(({ body }) => (body as { listId: string }).listId)).size).toBe(1);
  expect(replies[0]?.body).toMatchObject({ name: 'The rest', people: 2 });
  await api.db.inTenant(acme.id, (tx) => tx.run('delete from idempotency_keys')); // a week later
  const reordered = { ...wanted, because: [...wanted.because].reverse() };
  expect((await acme.owner.post(`${report}/list`, reordered)).body).toEqual(replies[0]?.body);
  const { listId } = replies[0]!.body as { listId: string };
  const { body: members } = await acme.rep.get(`/v1/contacts?listId=${listId}`);
  expect((members as { items: { id: string }[] }).items.map(({ id }) => id).sort()).toEqual([contacts.gil, contacts.hal].sort());

  const again = await acme.rep.post('/v1/launches', {
    sequenceId: sequence.id,
    listIds: [listId],
    mailboxIds: [mailbox.id],
    reEnter: 'any_time',
  });
  expect(again.status).toBe(201);
});

test('a list is refused when its name is taken, when nobody is left for it, and to whoever may not write contacts', async () => {
  const { acme, report } = await desk();
  const post = (body: object) => acme.rep.post(`${report}/list`, body);
  await made(post({ step: 'hello', because: ['late'], name: 'Mine' }));
  expect(await post({ step: 'again', because: ['replied'], name: 'MINE' })).toMatchObject({
    status: 409,
    body: { type: '/problems#already-exists' },
  });
  expect(await post({ step: 'hello', because: ['hard_bounce'], name: 'Bounced' })).toMatchObject({
    status: 409,
    body: { type: '/problems#conflict' },
  });
  expect((await post({ step: 'hello', because: [], name: 'None' })).status).toBe(422);
  expect(await count(api.db, acme.id, 'lists')).toBe(1);
  expect((await acme.officer.post(`${report}/list`, { step: 'hello', name: 'Theirs' })).status).toBe(403);
});

test('all launches of a time are reported by sequence, rep and mailbox; other workspaces are not seen', async () => {
  const { acme, sequence, report } = told;
  const other = await api.workspace();
  const { body } = await acme.owner.get('/v1/reports');
  expect(body).toMatchObject({
    total: { sent: 11, reached: 7, unknown: 1, refused: 1 },
    sequences: [{ sequenceId: sequence.id, sent: 11 }],
    reps: [{ userId: acme.rep.userId, sent: 11 }],
    mailboxes: [{ sent: 5 }, { sent: 6 }],
  });
  const { from, to } = body as { from: string; to: string };
  expect(Date.parse(to) - Date.parse(from)).toBe(30 * 24 * 3600 * 1000);
  const early = await acme.owner.get('/v1/reports?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00%2B01:00');
  expect(early.body).toMatchObject({
    from: '2020-01-01T00:00:00.000Z',
    to: '2020-01-31T23:00:00.000Z',
    total: { sent: 0 },
    sequences: [],
  });
  expect((await acme.owner.get('/v1/reports?from=2020-02-01T00:00:00Z&to=2020-01-01T00:00:00Z')).status).toBe(400);
  expect((await other.owner.get(report)).status).toBe(404);
  expect((await acme.operator.get('/v1/reports')).status).toBe(403);
});
