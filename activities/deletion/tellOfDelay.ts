import { officersOf } from '../../db/breach/mailing.ts';
import { noteTold } from '../../db/deletion/look.ts';
import { readDeletion } from '../../db/deletion/record.ts';
import { sendSystemMail } from '../../providers/mail/systemMail.ts';
import type { DeletionDependencies } from './world.ts';

/** Writes to the officers, as long as the workspace has any, and to the operator; noted only when everybody's letter was taken. */
export async function tellOfDelay(
  { db, letters, alarmTo, now }: Pick<DeletionDependencies, 'db' | 'letters' | 'alarmTo' | 'now'>,
  tenantId: string,
  deletionId: string,
): Promise<void> {
  const { deletion, officers } = await db.inTenant(tenantId, async (tx) => ({
    deletion: await readDeletion(tx, deletionId),
    officers: await officersOf(tx),
  }));
  const { purgedAt, liveDueAt, backupsDueAt, failures } = deletion;
  const [what, dueAt] =
    purgedAt === null
      ? ['Not everything of the account has been erased', liveDueAt]
      : ['A backup can still restore the account', backupsDueAt];
  const everybody = [...officers, ...(alarmTo === undefined ? [] : [{ id: 'operator', email: alarmTo }])];
  for (const { id, email } of letters ? everybody : []) {
    await sendSystemMail(letters!.mail, {
      id: `deletion-late.${deletionId}.${deletion.toldDay}.${id}`,
      to: email,
      subject: 'Alarm: the deletion of an account is late',
      text: `${what}. It is promised before ${dueAt.toISOString()}, ${failures} tries have failed since the last step that was done.\n\n${letters!.publicUrl}/deletion\n\nWorkspace ${tenantId}, deletion ${deletionId}\n\n-- \nDecorum\n`,
      sentAt: now(),
    });
  }
  await db.inTenant(tenantId, (tx) => noteTold(tx, deletionId));
}
