import { asOwner } from '../../db/backups/catalogue.ts';
import { type BackupTrouble, backupTroubles } from '../../db/backups/overdue.ts';
import { closeObligation, openObligation } from '../../db/obligation.ts';
import type { BackupWorld } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Tells what is wrong with the backups: in the log, and to every workspace as an obligation to put it right within a day, which closes
 * when it has been put right. Answers what is wrong.
 */
export async function tellTroubles({ ownerUrl, db, now, log }: BackupWorld): Promise<BackupTrouble[]> {
  const troubles = await backupTroubles((sql, values) => db.lookUp(sql, values), now());
  for (const trouble of troubles) log.error(trouble, 'the backups are in trouble');

  const told = await asOwner(ownerUrl, async (client) => {
    const { rows } = await client.query<{ tenantId: string }>(
      troubles.length > 0
        ? `select tenant_id as "tenantId" from decorum.workspaces()`
        : `select distinct tenant_id as "tenantId" from obligations where kind = 'backup.sound' and state = 'open'`,
    );
    return rows;
  });
  for (const { tenantId } of told) {
    await db.inTenant(tenantId, async (tx) => {
      const { at } = await tx.row<{ at: Date }>(`select decorum.now() as at`);
      for (const { what, subjectId, since } of troubles) {
        await openObligation(tx, {
          kind: 'backup.sound',
          subjectKind: what.startsWith('drill') ? 'restore drill' : 'backup',
          subjectId,
          basis: { what, since: since.toISOString() },
          startedAt: at,
          dueAt: new Date(at.getTime() + DAY_MS),
          workflowId: 'backup',
        });
      }
      const open = await tx.rows<{ subjectId: string }>(
        `select subject_id as "subjectId" from obligations where kind = 'backup.sound' and state = 'open'`,
      );
      for (const { subjectId } of open) {
        if (troubles.some((trouble) => trouble.subjectId === subjectId)) continue;
        await closeObligation(tx, 'backup.sound', subjectId, { soundAt: now().toISOString() });
      }
    });
  }
  return troubles;
}
