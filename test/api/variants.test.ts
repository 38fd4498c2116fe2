import { newLaunch } from '../builders/enrolment.ts';
import { type Had, newReadersOf } from '../builders/variants.ts';
import { judgeVariants } from '../../db/variantTests.ts';
import { addList, definition, email, mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

const other = { id: 'b', subject: 'Clocks for {{ first_name }}', text: 'Do you need clocks?' };
const tried = (change: object = {}) => definition({ steps: [{ ...email, variants: [other], ...change }] });

/** A running launch of an e-mail in two wordings, with people who have had one of them. */
async function desk(...had: Had[]) {
  const acme = await api.workspace();
  const mailbox = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Clocks', definition: tried() }));
  const launchId = await api.db.inTenant(acme.id, async (tx) => {
    const id = await newLaunch(tx, { sequenceId: sequence.id, mailboxId: mailbox.id, by: acme.rep.userId });
    await newReadersOf(tx, api.deps.addressKey, { launchId: id, mailboxId: mailbox.id, had });
    await judgeVariants(tx, mailbox.id);
    return id;
  });
  return { acme, mailbox, sequence, launchId, variants: `/v1/launches/${launchId}/variants` };
}

test('a test shows what each wording brought, how sure that is, and what the next look waits for', async () => {
  const { acme, variants } = await desk(
    { variant: 'a', people: 20, replied: 3 },
    { variant: 'b', people: 20, replied: 7, optedOut: 1 },
  );
  const { status, body } = await acme.officer.get(variants);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: {
      tests: [
        {
          stepId: 'hello',
          number: 1,
          variants: [
            { variant: 'a', state: 'running', replied: { count: 3, of: 20 }, optedOut: { count: 0, of: 20 } },
            {
              variant: 'b',
              subject: other.subject,
              state: 'running',
              replied: { count: 7, of: 20 },
              optedOut: { count: 1, of: 20 },
            },
          ],
          replies: { last: { responses: 10, foremost: 'b' }, nextAt: 16 },
          optOuts: { last: null, nextAt: 8 },
          decisions: [],
        },
      ],
    },
  });
  const [{ replies, variants: rows }] = (
    body as { tests: [{ replies: { last: { confidence: number } }; variants: { replied: { low: number; high: number } }[] }] }
  ).tests;
  expect(replies.last.confidence).toBeLessThan(0.95);
  expect(rows[1]!.replied.low).toBeLessThan(7 / 20);
  expect(rows[1]!.replied.high).toBeGreaterThan(7 / 20);
});

test('a winner at 95 % is shown with the look that made it', async () => {
  const { acme, variants } = await desk({ variant: 'a', people: 20 }, { variant: 'b', people: 20, replied: 9 });
  expect((await acme.rep.get(variants)).body).toMatchObject({
    tests: [
      {
        variants: [{ state: 'lost' }, { state: 'won' }],
        replies: { last: { responses: 9, foremost: 'b' }, nextAt: null },
        decisions: [{ variant: 'b', verdict: 'won', because: 'replies', byName: null }],
      },
    ],
  });
});

test('the rep picks a winner by hand, once however often it is asked for', async () => {
  const { acme, variants } = await desk({ variant: 'a', people: 2 });
  const pick = () => acme.rep.post(`${variants}/winner`, { stepId: 'hello', variant: 'b' });
  expect((await pick()).status).toBe(200);
  expect(await pick()).toMatchObject({
    status: 200,
    body: {
      tests: [
        {
          variants: [{ state: 'lost' }, { state: 'won' }],
          decisions: [{ variant: 'b', verdict: 'won', because: 'by_hand', byName: 'rep' }],
        },
      ],
    },
  });
});

test('what was stopped because people opted out of it cannot be picked', async () => {
  const { acme, variants } = await desk({ variant: 'a', people: 20 }, { variant: 'b', people: 20, optedOut: 9 });
  expect((await acme.rep.get(variants)).body).toMatchObject({
    tests: [{ variants: [{ state: 'running' }, { state: 'stopped' }] }],
  });
  expect(await acme.rep.post(`${variants}/winner`, { stepId: 'hello', variant: 'b' })).toMatchObject({
    status: 409,
    body: { type: '/problems#conflict' },
  });
});

test.each([
  { as: 'rep', body: { stepId: 'never', variant: 'a' }, status: 404, because: 'there is no such step' },
  { as: 'rep', body: { stepId: 'hello', variant: 'd' }, status: 404, because: 'there is no such wording' },
  { as: 'rep', body: { stepId: 'hello', variant: 'z' }, status: 422, because: 'no wording has that letter' },
  { as: 'officer', body: { stepId: 'hello', variant: 'a' }, status: 403, because: 'an officer launches nothing' },
] as const)('no winner: $because', async ({ as, body, status }) => {
  const { acme, variants } = await desk();
  expect((await acme[as].post(`${variants}/winner`, body)).status).toBe(status);
});

test("nobody picks in another rep's launch, or in one that is over", async () => {
  const { acme, launchId, variants } = await desk();
  const body = { stepId: 'hello', variant: 'a' };
  await api.db.inTenant(acme.id, (tx) => tx.run(`update launches set created_by = $1`, [acme.owner.userId]));
  expect((await acme.rep.post(`${variants}/winner`, body)).status).toBe(403);
  await acme.owner.post(`/v1/launches/${launchId}/stop`);
  expect((await acme.owner.post(`${variants}/winner`, body)).status).toBe(409);
});

test('every wording is checked, previewed and can be sent to oneself', async () => {
  const { acme, sequence, mailbox } = await desk();
  const { contactIds } = await addList(api, acme.id, acme.rep, ['pia@preview.example']);
  const faulty = tried({ variants: [{ ...other, subject: 'Re: our talk', text: 'Dear {{ nobody }}' }] });
  const { body } = await acme.rep.post('/v1/content-checks', { definition: faulty });
  expect((body as { findings: object[] }).findings).toMatchObject([
    { stepId: 'hello', variant: 'b', code: 'fake-reply' },
    { stepId: 'hello', variant: 'b', code: 'template-broken' },
  ]);
  const preview = await acme.rep.post(`/v1/sequences/${sequence.id}/preview`, { contactId: contactIds[0] });
  expect(preview.body).toMatchObject({
    steps: [
      {
        subject: 'Hello pia',
        variants: [
          { variant: 'a', subject: 'Hello pia' },
          { variant: 'b', subject: 'Clocks for pia' },
        ],
      },
    ],
  });
  const send = (variant: string) =>
    acme.rep.post(`/v1/sequences/${sequence.id}/test-send`, {
      contactId: contactIds[0],
      stepId: 'hello',
      variant,
      mailboxId: mailbox.id,
    });
  expect((await send('c')).status).toBe(404);
  expect(await send('b')).toMatchObject({ status: 200, body: { accepted: false } }); // nothing listens on the mailbox's port
});

test('a launch is refused for a fault in any wording', async () => {
  const { acme, mailbox } = await desk();
  const faulty = tried({ variants: [{ ...other, subject: 'Re: our talk' }] });
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Faulty', definition: faulty }));
  const { listId } = await addList(api, acme.id, acme.rep, ['x@faulty.example']);
  const plan = { sequenceId: sequence.id, listIds: [listId], mailboxIds: [mailbox.id] };
  expect(await acme.rep.post('/v1/launches', plan)).toMatchObject({ status: 422, body: { type: '/problems#launch-refused' } });
});
