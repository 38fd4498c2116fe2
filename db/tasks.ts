import type { EnrolmentEvent } from '../domain/enrolment.ts';
import { applyEvents, type NextOpening, resumeEnrolment } from './enrolments.ts';
import type { Tx } from './transaction.ts';

export type TaskKind = 'manual' | 'call' | 'reply' | 'forward_failed' | 'unknown_outcome' | 'soft_bounces';

/** What a task of each kind can end with. */
export const taskOutcomes = {
  manual: ['done'],
  call: ['connected', 'no_answer', 'voicemail', 'wrong_number', 'do_not_call'],
  reply: ['done'],
  forward_failed: ['done'],
  unknown_outcome: ['sent', 'not_sent'], // settled by the rep; the message is not repeated either way
  soft_bounces: ['go_on', 'stop'],
} as const satisfies Record<TaskKind, readonly string[]>;

/** What a rep can know of a call without having made it. */
const endsUncalled: ReadonlySet<string> = new Set(['wrong_number', 'do_not_call']);

export interface TaskEnd {
  outcome: string;
  note: string;
  byUser: string;
}

export type TaskResult = 'done' | 'not_found' | 'not_open' | 'not_cleared' | 'wrong_outcome';

interface Row {
  kind: TaskKind;
  state: 'open' | 'not_cleared' | 'done' | 'cancelled';
  enrolmentId: string;
  step: number | null;
  sendId: string | null;
}

/** Ends a task with its outcome; the enrolment goes on by it, in the same transaction. */
export async function finishTask(tx: Tx, taskId: string, end: TaskEnd, nextOpening: NextOpening): Promise<TaskResult> {
  const [task] = await tx.rows<Row>(
    `select kind, state, enrolment_id as "enrolmentId", step, send_id as "sendId" from tasks where id = $1 for update`,
    [taskId],
  );
  if (!task) return 'not_found';
  if (task.state === 'not_cleared' && !endsUncalled.has(end.outcome)) return 'not_cleared'; // no call without a clearance (P12)
  if (task.state !== 'open' && task.state !== 'not_cleared') return 'not_open';
  if (!(taskOutcomes[task.kind] as readonly string[]).includes(end.outcome)) return 'wrong_outcome';
  await tx.run(`update tasks set state = 'done', outcome = $2, note = $3, done_at = decorum.now() where id = $1`, [
    taskId,
    end.outcome,
    end.note,
  ]);
  if (task.kind === 'unknown_outcome') await settle(tx, task, end);
  if (task.kind === 'soft_bounces' && end.outcome === 'go_on') {
    // The rep says that the address is alive: its days are counted anew.
    await tx.run(`delete from soft_bounces where contact_id = (select contact_id from enrolments where id = $1)`, [
      task.enrolmentId,
    ]);
    await resumeEnrolment(tx, task.enrolmentId, end.byUser);
  }
  const event = eventOf(task, end.outcome);
  if (event) await applyEvents(tx, [{ enrolmentId: task.enrolmentId, event, byUser: end.byUser }], nextOpening);
  return 'done';
}

/** The rep knows what became of the message: that is what the record then says. */
async function settle(tx: Tx, { sendId }: Row, { outcome }: TaskEnd): Promise<void> {
  await tx.run(
    `update sends set state = case when $2 = 'sent' then 'sent' else 'refused' end, because = 'settled',
       sent_at = case when $2 = 'sent' then coalesce(sent_at, handed_at, decorum.now()) end
     where id = $1 and state = 'unknown'`,
    [sendId, outcome],
  );
}

function eventOf({ kind, step }: Row, outcome: string): EnrolmentEvent | null {
  if (kind === 'soft_bounces') return outcome === 'stop' ? { kind: 'stop', because: 'bounced' } : null;
  if (step === null) return null;
  switch (kind) {
    case 'manual':
      return { kind: 'outcome', step, outcome: 'done' };
    case 'call':
      return {
        kind: 'outcome',
        step,
        outcome: outcome as 'connected' | 'no_answer' | 'voicemail' | 'wrong_number' | 'do_not_call',
      };
    case 'unknown_outcome':
      return { kind: 'outcome', step, outcome: 'sent' }; // never repeated: the sequence goes on behind the step
    default:
      return null;
  }
}
