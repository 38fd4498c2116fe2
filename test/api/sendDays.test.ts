import { newContact } from '../builders/contact.ts';
import { newEnrolment, newLaunch, newSend } from '../builders/enrolment.ts';
import { definition, mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let mailboxId: string;
let launchId: string;

const sends = [
  { who: 'today', age: '0 days', basis: null },
  { who: 'back', age: '3 days', basis: 'bounce' },
  { who: 'angry', age: '3 days', basis: 'complaint' },
  { who: 'old', age: '40 days', basis: null },
] as const;

beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  mailboxId = (await made(acme.rep.post('/v1/mailboxes', mailboxBody()))).id;
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Clocks', definition: definition() }));
  launchId = await api.db.inTenant(acme.id, async (tx) => {
    const launchId = await newLaunch(tx, { sequenceId: sequence.id, mailboxId, by: acme.rep.userId });
    for (const { who, age, basis } of sends) {
      const contact = await newContact(tx, api.deps.addressKey, { firstName: who });
      const { id: enrolmentId } = await newEnrolment(tx, { launchId, contactId: contact.id, mailboxId });
      const sendId = await newSend(tx, { enrolmentId });
      await tx.run(`update sends set counted_at = decorum.now() - $2::interval where id = $1`, [sendId, age]);
      if (basis === null) continue;
      const batch = await tx.row<{ id: string }>(
        `insert into suppression_batches (tenant_id, source, subjects, asked_at) values (decorum.tenant(), $1, 1, decorum.now()) returning id`,
        [basis],
      );
      await tx.run(
        `insert into suppressions (tenant_id, subject_hash, subject_kind, channel, scope_id, basis, asked_at, enrolment_id, batch_id)
         select decorum.tenant(), address_hash, 'address', 'email', decorum.tenant(), $2, decorum.now(), $3, $4 from contacts where id = $1`,
        [contact.id, basis, enrolmentId, batch.id],
      );
    }
    return launchId;
  });
});
afterAll(() => api.close());

type Days = { items: { day: string; sent: number; bounced: number; complained: number }[] };

test.each([{ of: () => `mailboxes/${mailboxId}` }, { of: () => `launches/${launchId}` }])(
  'every day of the last month is there, with what came back',
  async ({ of }) => {
    const { items } = (await acme.rep.get(`/v1/${of()}/days`)).body as Days;
    expect(items).toHaveLength(30);
    expect(items.at(-1)).toMatchObject({ sent: 1, bounced: 0, complained: 0 });
    expect(items.at(-4)).toMatchObject({ sent: 2, bounced: 1, complained: 1 });
    expect(items.reduce((sum, { sent }) => sum + sent, 0)).toBe(3);
    expect(((await acme.rep.get(`/v1/${of()}/days?days=41`)).body as Days).items[0]).toMatchObject({ sent: 1 });
  },
);

test("the file of a launch's people says where each one is", async () => {
  const file = await acme.rep.get(`/v1/launches/${launchId}/people.csv?search=angry`);
  const [head, row, ...rest] = (file.body as string).replace('\uFEFF', '').trim().split('\n');
  expect(head).toBe('Name,Email,Company,State,Why,Step,Messages,Last message,Next,Ended');
  expect(row).toMatch(/^angry .*,waiting,,1,1,/);
  expect(rest).toEqual([]);
});
