import { newAbuseCase } from '../builders/abuseCase.ts';
import { mailboxBody, made } from './builders.ts';
import { lettersTo, tokenIn } from './letters.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

async function paused() {
  const acme = await api.workspace();
  const mailbox = await made(acme.owner.post('/v1/mailboxes', mailboxBody()));
  const caseId = await api.db.inTenant(acme.id, (tx) => newAbuseCase(tx, 'pause'));
  return { acme, mailbox, path: `/v1/abuse-cases/${caseId}`, caseId };
}
const stops = (tenantId: string) =>
  api.db.inTenant(tenantId, (tx) => tx.rows(`select kind, because from sending_stops where scope_id = decorum.tenant()`));

test('the owner appeals once, an officer decides, and the sending goes on', async () => {
  const { acme, path, caseId } = await paused();
  expect(await stops(acme.id)).toEqual([{ kind: 'abuse', because: 'abuse' }]);
  expect((await acme.owner.get('/v1/abuse-cases')).body).toMatchObject({
    items: [{ id: caseId, scope: 'tenant', mailboxId: null, sign: 'never_collected', measure: 'pause', state: 'open' }],
  });
  expect(await acme.owner.post(`${path}/appeal`, { words: 'It was a test file.' })).toMatchObject({
    status: 200,
    body: {
      state: 'appealed',
      appeal: 'It was a test file.',
      events: [{ kind: 'opened' }, { kind: 'appealed', byUser: acme.owner.userId }],
    },
  });
  expect((await acme.owner.post(`${path}/appeal`, { words: 'Again.' })).status).toBe(409);
  expect((await acme.officer.get('/v1/obligations?state=open')).body).toMatchObject({
    items: [{ kind: 'abuse.appeal', subjectId: caseId }],
  });
  expect(await acme.officer.post(`${path}/decide`, { decision: 'lift', note: 'Seen.' })).toMatchObject({
    status: 200,
    body: { state: 'ended', endedBecause: 'lifted', decisionNote: 'Seen.' },
  });
  expect(await stops(acme.id)).toEqual([]);
  expect((await acme.officer.get('/v1/obligations?state=met')).body).toMatchObject({ items: [{ kind: 'abuse.appeal' }] });
  expect((await acme.officer.post(`${path}/decide`, { decision: 'uphold', note: 'No.' })).status).toBe(409);
});

test('upheld, it stands, and no owner can lift it by resuming a mailbox', async () => {
  const { acme, mailbox, path } = await paused();
  await acme.operator.post(`${path}/decide`, { decision: 'uphold', note: 'It stands.' });
  await acme.owner.post(`/v1/mailboxes/${mailbox.id}/pause`);
  await acme.owner.post(`/v1/mailboxes/${mailbox.id}/resume`);
  expect(await stops(acme.id)).toEqual([{ kind: 'abuse', because: 'abuse' }]);
  expect((await acme.owner.post(`${path}/appeal`, { words: 'Late.' })).status).toBe(409);
});

test('whoever appeals does not decide', async () => {
  const { acme, path } = await paused();
  expect((await acme.owner.post(`${path}/decide`, { decision: 'lift', note: 'Mine.' })).status).toBe(403);
  expect((await acme.officer.post(`${path}/appeal`, { words: 'Not mine.' })).status).toBe(403);
});

test('workspaces that are opened from one network are counted together, for each of them', async () => {
  const counts: number[] = [];
  for (const n of [1, 2, 3]) {
    const email = `olga-${n}@kites.example`;
    await api.stranger.post('/v1/sign-ups', { name: 'Olga', email, company: `Kites ${n}` });
    const token = await tokenIn(api, 'sign_up', email);
    expect((await api.stranger.post('/v1/sign-ups/confirm', { token, password: 'a long way to Tipperary' })).status).toBe(201);
    const [{ tenantId } = { tenantId: '' }] = await lettersTo(api, email);
    const { beside } = await api.db.inTenant(tenantId, (tx) =>
      tx.row<{ beside: number }>(`select decorum.sign_ups_beside(decorum.tenant()) as beside`),
    );
    counts.push(beside);
  }
  expect(counts).toEqual([1, 2, 3]);
});
