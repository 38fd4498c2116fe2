import { want } from '../outbox.ts';
import { openObligation } from '../obligation.ts';
import { stopSending } from '../launches.ts';
import type { Tx } from '../transaction.ts';
import { deletionWork, mailboxWork } from '../workflowIds.ts';
import { type Deletion, openDeletion, readDeletion } from './record.ts';

export interface Dates {
  liveDueAt: Date;
  backupsDueAt: Date;
  basis: Record<string, unknown>;
}

/**
 * Freezes the account and begins its deletion (P7), in one transaction: when this has committed no message begins any more, and nobody
 * gets in but to export or to cancel. Asked twice, it answers the one that is under way.
 */
export async function askDeletion(
  tx: Tx,
  asked: { byUser: string; as: 'owner' | 'officer'; graceDays: number },
  datesOf: (askedAt: Date, state: string) => Dates,
): Promise<Deletion> {
  const { now, state } = await tx.row<{ now: Date; state: string }>(
    `select decorum.now() as now, state from tenants where id = decorum.tenant() for update`,
  );
  const underWay = await openDeletion(tx);
  if (underWay) return underWay;
  const { liveDueAt, backupsDueAt, basis } = datesOf(now, state);
  const { id } = await tx.row<{ id: string }>(
    `insert into account_deletions (tenant_id, asked_by, asked_as, grace_days, purge_at, live_due_at, backups_due_at)
     values (decorum.tenant(), $1, $2, $3, decorum.now() + make_interval(hours => 24 * $3), $4, $5) returning id`,
    [asked.byUser, asked.as, asked.graceDays, liveDueAt, backupsDueAt],
  );
  await stopSending(tx, tx.tenantId, 'freeze', 'account_deleted', asked.byUser);
  await tx.run(
    `delete from sessions s using users u where u.tenant_id = s.tenant_id and u.id = s.user_id and u.role not in ('owner', 'officer')`,
  );
  const work = deletionWork(tx.tenantId, id);
  const promise = { subjectKind: 'account_deletion', subjectId: id, basis, startedAt: now, workflowId: work.workflowId };
  await openObligation(tx, { ...promise, kind: 'deletion.live', dueAt: liveDueAt });
  await openObligation(tx, { ...promise, kind: 'deletion.backups', dueAt: backupsDueAt });
  await want(tx, [work]);
  return readDeletion(tx, id);
}

/** Takes the deletion back while nothing has been erased yet: the account goes on where it was frozen. False: it is too late. */
export async function cancelDeletion(tx: Tx, deletionId: string, byUser: string): Promise<boolean> {
  const cancelled = await tx.run(
    `update account_deletions set state = 'cancelled', cancelled_at = decorum.now(), cancelled_by = $2 where id = $1 and state = 'frozen'`,
    [deletionId, byUser],
  );
  if (cancelled === 0) return false;
  await tx.run(`delete from sending_stops where scope_id = decorum.tenant() and kind = 'freeze'`);
  await tx.run(
    `update obligations set state = 'void', evidence = jsonb_build_object('cancelledAt', decorum.now())
     where subject_id = $1 and kind in ('deletion.live', 'deletion.backups') and state = 'open'`,
    [deletionId],
  );
  const mailboxes = await tx.rows<{ id: string }>(`select id from mailboxes`);
  await want(tx, [deletionWork(tx.tenantId, deletionId), ...mailboxes.map(({ id }) => mailboxWork(tx.tenantId, id))]);
  return true;
}

/** What a hold has held back looks again: with its release it is due at once. */
export async function wakeHeld(tx: Tx): Promise<void> {
  const deletion = await openDeletion(tx);
  if (deletion) await want(tx, [deletionWork(tx.tenantId, deletion.id)]);
}
