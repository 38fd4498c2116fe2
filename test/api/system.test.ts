import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  const askQueue = (taskQueue: string) => Promise.resolve(taskQueue === 'bulk' ? null : { workflows: 1, activities: 2 });
  api = await serve({ askQueue });
  acme = await api.workspace();
});
afterAll(() => api.close());

test('an operator sees who works, what is owed, how mailboxes stand, and which schema and law answer', async () => {
  const mailbox = await made(acme.owner.post('/v1/mailboxes', mailboxBody()));
  await acme.owner.post(`/v1/mailboxes/${mailbox.id}/pause`);
  await acme.owner.post('/v1/suppressions', { address: 'pat@north.example' });
  const newest = readdirSync(join(__dirname, '../../db/migrations')).sort().at(-1);
  expect((await acme.operator.get('/v1/system')).body).toMatchObject({
    auditor: { lookedAt: null, isSilent: true }, // none runs beside this test
    queues: [
      { taskQueue: 'legal', workers: { workflows: 1, activities: 2 }, open: 1, owed: 1 },
      { taskQueue: 'outreach', workers: { workflows: 1, activities: 2 }, open: 0, owed: 0 },
      { taskQueue: 'mail', workers: { workflows: 1, activities: 2 } },
      { taskQueue: 'bulk', workers: null, open: 0, owed: 0 },
    ],
    mailboxes: [{ state: 'paused', because: 'by_hand', count: 1 }],
    schemaVersion: newest?.replace('.ts', ''),
    law: expect.arrayContaining([{ file: 'breach.csv', rows: 54, version: expect.stringMatching(/^[0-9a-f]{12}$/) }]),
  });
});

test("another workspace's work is not in it", async () => {
  const other = await api.workspace();
  const { body } = await other.operator.get('/v1/system');
  expect((body as { queues: { open: number }[] }).queues.map(({ open }) => open)).toEqual([0, 0, 0, 0]);
});
