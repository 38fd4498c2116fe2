import type { Logger } from 'pino';
import { alarmedPeople, type DueAlarm, dueAlarms, markAlarmed, pauseTenant } from '../../db/auditor/findings.ts';
import { type Invariant, invariants, machine } from '../../db/auditor/invariants.ts';
import type { Database } from '../../db/transaction.ts';
import { sendSystemMail, type SystemMail } from '../../providers/mail/systemMail.ts';

const mostNamed = 20;

export interface AlarmWorld {
  watcher: Database;
  /** Of the role that works behind one tenant's wall. */
  db: Database;
  /** Absent where the operator has named no mailbox: then only the log tells. */
  mail?: SystemMail | undefined;
  /** Who runs the installation, besides the people of the workspace. */
  alarmTo?: string | undefined;
  publicUrl: string;
  log: Logger;
  /** For the Date header. */
  now(): Date;
}

/** Tells everybody who must act of what is broken, once a day for as long as it is; and stops what must not go on. Answers how many alarms. */
export async function soundAlarms(world: AlarmWorld): Promise<number> {
  const { watcher, db, log } = world;
  const due = await dueAlarms(watcher);
  for (const alarm of due) {
    const { tenantId, invariant } = alarm;
    const { promise, pausesSending }: Invariant = invariants[invariant];
    log.error({ tenantId, invariant, subjects: alarm.subjects.slice(0, mostNamed), count: alarm.ids.length }, promise);
    // Only what is new: whoever let the sending go on has seen the rest.
    if (pausesSending && alarm.isNew) await pauseTenant(db, tenantId);
    try {
      await tell(world, alarm);
      await markAlarmed(watcher, alarm);
    } catch (error) {
      log.error({ err: error, tenantId, invariant }, 'an alarm could not be sent; the next round sends it');
    }
  }
  return due.length;
}

async function tell({ db, mail, alarmTo, publicUrl, now }: AlarmWorld, alarm: DueAlarm): Promise<void> {
  if (!mail) return;
  const { promise, pausesSending }: Invariant = invariants[alarm.invariant];
  const people = await alarmedPeople(db, alarm.tenantId);
  const everybody = [...people, ...(alarmTo === undefined ? [] : [{ id: 'operator', email: alarmTo }])];
  const named = alarm.subjects.slice(0, mostNamed);
  const text = [
    `The auditor has found a broken promise: ${promise}`,
    `Found: ${alarm.subjects.length}${alarm.tenantId === machine ? '' : `, in the workspace ${alarm.tenantId}`}\n${named.map((subject) => `- ${subject}`).join('\n')}`,
    ...(pausesSending ? ['All sending of the workspace has been paused. An officer lets it go on, on the page below.'] : []),
    `${publicUrl}/auditor`,
  ].join('\n\n');
  for (const { id, email } of everybody) {
    await sendSystemMail(mail, {
      id: `auditor.${alarm.ids[0]}.${id}`,
      to: email,
      subject: `Alarm: ${alarm.invariant.replaceAll('_', ' ')}`,
      text: `${text}\n\n-- \nDecorum\n`,
      sentAt: now(),
    });
  }
}
