import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { findAddressee, recordInbound } from '../../db/inbound.ts';
import { openingAfter } from '../../law/openings.ts';
import { newOutreach, type NewOutreach } from '../builders/outreach.ts';
import { runsOf, textOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
});
afterAll(() => world.end());

async function answer({ tenantId, enrolment }: NewOutreach): Promise<void> {
  await world.db.inTenant(tenantId, async (tx) => {
    const addressee = await findAddressee(tx, enrolment.id, 0);
    if (!addressee) throw new Error('The builder made an enrolment.');
    const message = { kind: 'reply', fromAddress: 'pat@buyer.example', subject: 'Re: Hello', words: 'Yes.' } as const;
    const raw = Buffer.from('Subject: Re: Hello\r\n\r\nYes.\r\n');
    const source = { sourceHash: randomBytes(32), step: 0, forwarded: raw, resumeAt: null };
    await recordInbound(tx, addressee, { ...message, ...source }, openingAfter);
  });
}
async function attempted({ tenantId }: NewOutreach, times: number): Promise<void> {
  const patient = AbortSignal.timeout(20_000);
  for (;;) {
    const [done] = await world.ask(`select from inbound_messages where tenant_id = $1 and forward_attempts >= $2`, [
      tenantId,
      times,
    ]);
    if (done) return;
    patient.throwIfAborted();
    await sleep(20);
  }
}
const mailboxOf = ({ tenantId, mailboxId }: NewOutreach) => `mailbox/${tenantId}/${mailboxId}`;

test('the last person’s reply is forwarded, and then the mailbox has no work left', async () => {
  const outreach = await newOutreach(world.db, world, {
    tenantId: await world.newTenant(),
    mailbox: { smtpPort: world.smtpPort },
  });
  await answer(outreach);
  await world.rest();
  await world.client.workflow.getHandle(mailboxOf(outreach)).result();
  expect(world.sink.records.map(({ to }) => to)).toEqual([outreach.rep.email]);
  const [record] = await world.ask(`select forward, raw is null as "isForgotten" from inbound_messages where tenant_id = $1`, [
    outreach.tenantId,
  ]);
  expect(record).toEqual({ forward: 'done', isForgotten: true });
  const [work] = await world.ask(`select state from outbox where workflow_id = $1`, [mailboxOf(outreach)]);
  expect(work).toEqual({ state: 'closed' });
});

test('a forward that fails ends as a task, by the workflow’s own pauses, and the history has no address in it', async () => {
  const outreach = await newOutreach(world.db, world, { tenantId: await world.newTenant(), mailbox: { smtpPort: 1 } });
  await answer(outreach);
  await world.rest();
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await attempted(outreach, attempt);
    // The pause is the wall clock's, and nobody waits two and a half minutes here.
    await world.db.inTenant(outreach.tenantId, (tx) => tx.run(`update inbound_messages set forward_after = clock_timestamp()`));
    await world.pass(5 * 60_000);
  }
  const handle = world.client.workflow.getHandle(mailboxOf(outreach));
  await handle.result();
  const tasks = await world.ask(`select kind from tasks where tenant_id = $1 and owner_id = $2 order by kind`, [
    outreach.tenantId,
    outreach.rep.id,
  ]);
  expect(tasks).toEqual([{ kind: 'forward_failed' }, { kind: 'reply' }]);
  const history = textOf(await runsOf(world, handle.workflowId));
  expect(history).toContain(outreach.tenantId);
  expect(history).not.toMatch(/buyer\.example|acme\.example/);
});
