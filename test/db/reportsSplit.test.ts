import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { tallied } from '../../api/reportTallies.ts';
import { listRest, listStepPeople, restOf, type StepPerson } from '../../db/reportPeople.ts';
import { launchReport } from '../../db/reports.ts';
import { standings } from '../../db/standings.ts';
import type { Tx } from '../../db/transaction.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment } from '../builders/enrolment.ts';
import { steps } from './reportsStory.ts';
import { newWorkspace, World, type Workspace } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const sendStates = ['planned', 'held', 'claimed', 'handing', 'sent', 'unknown', 'refused', 'cancelled'] as const;
const person = fc.record({
  state: fc.constantFrom('waiting', 'queued', 'paused', 'blocked', 'finished', 'stopped'),
  because: fc.constantFrom('replied', 'removed', 'last_step', 'by_hand', 'launch_stopped', 'suppressed'),
  step: fc.nat(2),
  sends: fc.tuple(
    fc.option(fc.constantFrom(...sendStates), { nil: null }),
    fc.option(fc.constantFrom(...sendStates), { nil: null }),
  ),
  sendBecause: fc.constantFrom('bounced_later', 'late', 'ended', 'settled', null),
  task: fc.option(fc.constantFrom('open', 'not_cleared', 'done', 'cancelled'), { nil: null }),
  suppressed: fc.constantFrom('no', 'no', 'tenant', 'sequence', 'elsewhere', 'phone'),
  deleted: fc.constantFrom(false, false, false, true),
});
type Drawn = typeof person extends fc.Arbitrary<infer T> ? T : never;

/** Writes a person down as drawn, also where no run of the product would have come to it. Answers the contact's id. */
async function write(tx: Tx, { launchId, mailboxId, rep, sequenceId, tenantId }: Workspace, drawn: Drawn): Promise<string> {
  const contact = await newContact(tx, world.addressKey);
  const { id } = await newEnrolment(tx, {
    launchId,
    contactId: contact.id,
    mailboxId,
    state: drawn.state,
    step: drawn.step,
    ...(['waiting', 'queued'].includes(drawn.state) ? {} : { because: drawn.because }),
  });
  for (const [step, state] of drawn.sends.entries()) {
    if (state === null) continue;
    await tx.run(
      `insert into sends (tenant_id, enrolment_id, launch_id, sequence_id, contact_id, mailbox_id, step, state, because, priority, due_at, address_hash, domain_hash)
       select e.tenant_id, e.id, launch_id, sequence_id, contact_id, mailbox_id, $2, $3, $4, 0, decorum.now(), c.address_hash, c.domain_hash
       from enrolments e join contacts c on c.id = e.contact_id where e.id = $1`,
      [id, step, state, drawn.sendBecause],
    );
  }
  if (drawn.task !== null) {
    await tx.run(
      `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, state, due_at) values (decorum.tenant(), 'manual', $1, $2, $3, 2, $4, decorum.now())`,
      [rep.id, contact.id, id, drawn.task],
    );
  }
  if (drawn.suppressed !== 'no') {
    const scope = { tenant: tenantId, sequence: sequenceId, elsewhere: launchId, phone: tenantId }[drawn.suppressed as 'tenant'];
    await tx.run(
      `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, batch_id) values (decorum.tenant(), $1, $2, $3, 'rep', gen_random_uuid())`,
      [addressHash(world.addressKey, tenantId, contact.email), drawn.suppressed === 'phone' ? 'phone' : 'email', scope],
    );
  }
  if (drawn.deleted) await tx.run(`delete from contacts where id = $1`, [contact.id]);
  return contact.id;
}

async function inPages(tx: Tx, asked: { launchId: string; stepId: string }, got: boolean | null): Promise<StepPerson[]> {
  const all: StepPerson[] = [];
  for (let after: string | null = null; ; ) {
    const page: StepPerson[] = await listStepPeople(tx, asked, { got, because: null, variant: null }, { after, rows: 3 });
    all.push(...page);
    if (page.length < 3) return all;
    after = page.at(-1)?.contactId ?? null;
  }
}

test('the people of every step split exactly into who got it and who did not, and every number follows from them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(person, { maxLength: 12 }), async (people) => {
      const workspace = await newWorkspace(world, { steps });
      const { launchId } = workspace;
      await world.db.inTenant(workspace.tenantId, async (tx) => {
        const drawn = new Map<string, Drawn>();
        for (const one of people) drawn.set(await write(tx, workspace, one), one);
        const report = tallied(await launchReport(tx, launchId));
        for (const [index, step] of report.steps.entries()) {
          const asked = { launchId, stepId: step.stepId };
          const yes = await inPages(tx, asked, true);
          const no = await inPages(tx, asked, false);
          expect([...yes, ...no].map(({ contactId }) => contactId).sort()).toEqual([...drawn.keys()].sort());
          expect((await inPages(tx, asked, null)).length).toBe(people.length);

          // Who got it, told from what was drawn.
          const got = (one: Drawn) =>
            index === 2 ? one.task === 'done' : one.sends[index] === 'sent' && one.sendBecause !== 'bounced_later';
          expect(yes.map(({ contactId }) => contactId).sort()).toEqual(
            [...drawn]
              .filter(([, one]) => got(one))
              .map(([id]) => id)
              .sort(),
          );
          expect(yes.every(({ because }) => because === null) && no.every(({ because }) => Boolean(because))).toBe(true);
          expect([...yes, ...no].every(({ standing }) => standings.includes(standing))).toBe(true);

          expect({ people: step.people, got: step.got, notGot: step.notGot }).toEqual({
            people: people.length,
            got: yes.length,
            notGot: no.length,
          });
          const { planned, held, waiting, refused, cancelled, stopped, blocked, skipped } = step;
          const tallies = [planned, held, waiting, refused, cancelled, stopped, blocked, skipped];
          expect(step.bouncedLater + step.unknown + tallies.reduce((sum, { total }) => sum + total, 0)).toBe(step.notGot);
          for (const { total, by } of [...tallies, step.tasks])
            expect(Object.values(by).reduce((sum, count) => sum + count, 0)).toBe(total);
          if (index < 2) {
            expect(step.sent).toBe(people.filter(({ sends }) => sends[index] === 'sent').length);
            expect(step.unknown).toBe(people.filter(({ sends }) => sends[index] === 'unknown').length);
          }
          for (const { count, of } of Object.values(step.rates)) expect(count).toBeLessThanOrEqual(of);

          const rest = await restOf(tx, asked);
          expect(rest.reduce((sum, row) => sum + row.people, 0)).toBe(no.length);
          const id = randomUUID();
          await listRest(tx, asked, { id, name: id, because: rest.map(({ because }) => because), createdBy: workspace.rep.id });
          const listed = await tx.rows<{ id: string }>(`select contact_id as id from list_members where list_id = $1`, [id]);
          const mayBe = (one: Drawn) =>
            !got(one) &&
            !one.deleted &&
            !['tenant', 'sequence'].includes(one.suppressed) &&
            (index === 2 || !['unknown', 'claimed', 'handing'].includes(one.sends[index] ?? ''));
          expect(listed.map((row) => row.id).sort()).toEqual(
            [...drawn]
              .filter(([, one]) => mayBe(one))
              .map(([key]) => key)
              .sort(),
          );
          expect(listed.length).toBe(rest.reduce((sum, { listable }) => sum + listable, 0));
        }
        const [first, second] = report.steps;
        expect(report.total.sent).toBe((first?.sent ?? 0) + (second?.sent ?? 0));
        expect(report.total.people).toBe(people.length);
      });
    }),
    { numRuns: 20 },
  );
}, 60_000);
