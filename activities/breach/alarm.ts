import { listEvents, note } from '../../db/breach/incidents.ts';
import { noticeMailbox, officersOf } from '../../db/breach/mailing.ts';
import { type BreachWorld } from './routine.ts';
import { postOffice } from './post.ts';

/** Tells the officers that the machine itself is in trouble, and keeps it in the record; the same alarm sounds once an incident. */
export async function raiseAlarm(
  { db, vault, pool }: Pick<BreachWorld, 'db' | 'vault' | 'pool'>,
  tenantId: string,
  incidentId: string,
  alarm: { what: string; words: string },
): Promise<boolean> {
  const raised = await db.inTenant(tenantId, async (tx) => {
    const events = await listEvents(tx, incidentId);
    if (events.some(({ kind, detail }) => kind === 'alarm' && detail.what === alarm.what)) return null;
    await note(tx, incidentId, 'alarm', null, { what: alarm.what });
    const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
    return { now, mailbox: await noticeMailbox(tx), officers: await officersOf(tx) };
  });
  if (!raised?.mailbox) return raised !== null;
  const post = postOffice({ vault, pool }, tenantId, raised.mailbox);
  for (const officer of raised.officers) {
    await post({
      id: `breach-alarm.${alarm.what}.${incidentId}.${officer.id}`,
      to: { name: officer.name, address: officer.email },
      subject: 'Alarm: a breach notification is in trouble',
      text: `${alarm.words}\n\nIncident ${incidentId}\n`,
      sentAt: raised.now,
      extra: { 'X-Decorum-Incident': incidentId },
    });
  }
  return true;
}
