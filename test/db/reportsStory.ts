import { randomBytes } from 'node:crypto';
import { applyEvents } from '../../db/enrolments.ts';
import { findAddressee, type InboundKind, recordInbound } from '../../db/inbound.ts';
import { recordOutcomes, type Verdict } from '../../db/outcomes.ts';
import { type Basis, suppress } from '../../db/suppressions.ts';
import { finishTask } from '../../db/tasks.ts';
import type { Database, Tx } from '../../db/transaction.ts';
import type { Step } from '../../domain/sequence.ts';
import { openingAfter } from '../../law/openings.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment, newSend } from '../builders/enrolment.ts';
import { emailStep } from '../builders/sequence.ts';

export const steps: Step[] = [
  emailStep(),
  emailStep({ id: 'again', after: { hours: 24 }, subject: '', text: 'Any thoughts?' }),
  { id: 'look', kind: 'task', after: { hours: 24 }, branches: {}, title: 'Look at their site', instructions: '' },
];

const rules = { nextOpening: openingAfter, deadline: optOutDeadline };

interface Told {
  db: Database;
  tenantId: string;
  addressKey: Buffer;
  launchId: string;
  userId: string;
  /** The story uses two; the second may be another rep's. */
  mailboxIds: readonly [string, string];
}

export const cast = ['ann', 'ben', 'cid', 'dot', 'eve', 'fay', 'gil', 'hal', 'ivy', 'joe', 'kim', 'lea', 'max', 'ned'] as const;
export type Name = (typeof cast)[number];

/**
 * Fourteen people of a launch to whom something different happens each, done by the product's own functions. Kim, Max and Ned are written to over the
 * second mailbox, everybody else over the first.
 */
export async function tellStory({ db, tenantId, addressKey, launchId, userId, mailboxIds }: Told): Promise<Record<Name, string>> {
  const inTenant = <T>(work: (tx: Tx) => Promise<T>) => db.inTenant(tenantId, work);
  const contacts = new Map<string, { id: string; addressHash: Buffer }>();
  const ids = new Map<string, string>();
  const mailboxOf = (name: string) => mailboxIds[['kim', 'max', 'ned'].includes(name) ? 1 : 0];

  await inTenant(async (tx) => {
    for (const name of cast) {
      const contact = await newContact(tx, addressKey, { email: `${name}@${name}.example`, firstName: name, lastName: '' });
      const blocked = name === 'ivy' ? ({ state: 'blocked', because: 'in_another_sequence', cohort: 0 } as const) : {};
      const facts = { launchId, contactId: contact.id, mailboxId: mailboxOf(name), ...blocked };
      contacts.set(name, contact);
      ids.set(name, (await newEnrolment(tx, facts)).id);
    }
  });
  const id = (name: Name) => ids.get(name) ?? '';
  const hash = (name: Name) => contacts.get(name)?.addressHash ?? Buffer.alloc(0);

  async function plan(name: Name, step = 0): Promise<void> {
    await inTenant(async (tx) => {
      await tx.run(`update enrolments set state = 'queued', next_at = null where id = $1`, [id(name)]);
      await newSend(tx, { enrolmentId: id(name), step, state: 'planned' });
    });
  }
  async function end(name: Name, verdict: Verdict, step = 0): Promise<void> {
    await plan(name, step);
    await inTenant(async (tx) => {
      const { sendId } = await tx.row<{ sendId: string }>(
        `update sends set state = 'handing', counted_at = decorum.now(), handed_at = decorum.now() where enrolment_id = $1 and step = $2
         returning id as "sendId"`,
        [id(name), step],
      );
      const outcome = { sendId, enrolmentId: id(name), step, verdict, messageId: `<${sendId}@acme.example>` };
      await recordOutcomes(tx, mailboxOf(name), [{ ...outcome, ...(verdict === 'hard_bounce' && bounced) }], rules);
    });
  }
  const bounced = { answerCode: 550, answerClass: 'hard_bounce' };
  async function receive(name: Name, kind: InboundKind, step = 0): Promise<void> {
    await inTenant(async (tx) => {
      const addressee = await findAddressee(tx, id(name), step);
      if (!addressee) throw new Error(`${name} is not in the launch.`);
      const message = {
        kind,
        sourceHash: randomBytes(32),
        step,
        fromAddress: '',
        subject: '',
        words: '',
        forwarded: null,
        resumeAt: null,
      };
      await recordInbound(tx, addressee, message, openingAfter);
    });
  }
  const optOut = (name: Name, basis: Basis) =>
    suppress(db, tenantId, {
      subjects: [{ hash: hash(name), kind: 'address' }],
      channel: 'email',
      basis,
      enrolmentId: id(name),
      deadline: optOutDeadline,
    });

  for (const name of ['ann', 'ben', 'cid', 'dot', 'joe', 'kim', 'max', 'ned'] as const) await end(name, 'sent');
  await receive('ben', 'reply');
  await receive('cid', 'auto_reply');
  await optOut('dot', 'one_click');
  await end('eve', 'hard_bounce');
  await end('fay', 'unknown');
  await plan('gil');
  await plan('hal');
  await inTenant((tx) => tx.run(`update sends set state = 'held', because = 'late' where enrolment_id = $1`, [id('hal')]));
  await receive('joe', 'bounce_hard');
  await optOut('joe', 'bounce');
  for (const name of ['kim', 'max', 'ned'] as const) await end(name, 'sent', 1);
  await receive('kim', 'complaint', 1);
  await optOut('kim', 'complaint');
  await plan('lea');
  await inTenant((tx) =>
    applyEvents(tx, [{ enrolmentId: id('lea'), event: { kind: 'stop', because: 'removed' } }], openingAfter),
  );
  await inTenant(async (tx) => {
    for (const name of ['max', 'ned'] as const) {
      await tx.run(`update enrolments set state = 'queued', next_at = null where id = $1`, [id(name)]);
      const task = await tx.row<{ id: string }>(
        `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, due_at)
         select tenant_id, 'manual', $2, contact_id, id, 2, decorum.now() from enrolments where id = $1 returning id`,
        [id(name), userId],
      );
      if (name === 'max')
        expect(await finishTask(tx, task.id, { outcome: 'done', note: '', byUser: userId }, openingAfter)).toBe('done');
    }
  });
  return Object.fromEntries(cast.map((name) => [name, contacts.get(name)?.id ?? ''])) as Record<Name, string>;
}
