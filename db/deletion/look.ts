import { heldNow } from '../legalHolds.ts';
import { beginLook, closeWork, endLook } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { deletionWork } from '../workflowIds.ts';

/** What a deletion's clock is to do now. */
export interface Look {
  stage: 'grace' | 'held' | 'purging' | 'waiting for backups' | 'closed';
  ended: boolean;
  purge: boolean;
  lookForBackups: boolean;
  /** What has been done is not certified yet: whoever did it did not come so far. */
  certify: boolean;
  /** Officers hear that it is late. */
  tell: boolean;
  waitMs: number | null;
}

/** After a failure: ten minutes, then twice as long each time, up to six hours. */
const again = `least(interval '10 minutes' * (1 << least(failures - 1, 10)), interval '6 hours')`;

/**
 * Reads the record and nothing else. A legal hold stops the purge and no clock: with its release whatever is due by then is due at once.
 * Backups are looked for on day 59, when those of before the purge should be destroyed, and each day from then on. What is late is told:
 * on days 25 and 28 for the live data, on day 60 for the backups.
 */
export async function lookAtDeletion(tx: Tx, deletionId: string): Promise<Look> {
  const { workflowId } = deletionWork(tx.tenantId, deletionId);
  await beginLook(tx, workflowId);
  const isHeld = (await heldNow(tx, { account: true })).length > 0;
  const { state, ...due } = await tx.row<
    Record<'purge' | 'lookForBackups' | 'certify' | 'tell', boolean> & { state: string; isCertified: boolean; next: Date | null }
  >(
    `with d as (
       select *, coalesce(failed_at + ${again}, '-infinity') as again_at,
         greatest(asked_at + interval '59 days', purged_at + interval '31 days') as backups_at,
         case when purged_at is not null then 60 when told_day < 25 then 25 else 28 end as next_day,
         state not in ('purged', 'closed') or exists (
           select from deletion_certificates c where c.deletion_id = d.id and c.kind = case d.state when 'closed' then 'final' else 'live' end) as is_certified
       from account_deletions d where id = $1),
     t as (
       select *, asked_at + make_interval(hours => 24 * next_day) as tell_at,
         told_day < next_day and failures > 0 as may_tell
       from d)
     select state,
       state in ('frozen', 'purging') and not $2 and purge_at <= decorum.now() and again_at <= decorum.now() as purge,
       state = 'purged' and backups_at <= decorum.now() and again_at <= decorum.now() as "lookForBackups",
       is_certified as "isCertified", not is_certified and again_at <= decorum.now() as certify,
       state not in ('closed', 'cancelled') and may_tell and tell_at <= decorum.now() as tell,
       (select min(at) from unnest(array[
          case when may_tell then tell_at end,
          case when state in ('frozen', 'purging') and not $2 then greatest(purge_at, again_at) end,
          case when state = 'purged' then greatest(backups_at, again_at) end,
          case when not is_certified then again_at end]) as at where at > decorum.now()) as next
     from t`,
    [deletionId, isHeld],
  );
  const isOver = due.isCertified && (state === 'closed' || state === 'cancelled');
  const ended = isOver && (await closeWork(tx, workflowId));
  const isWaiting = state === 'frozen' || state === 'purging';
  const stage =
    state === 'purged' ? 'waiting for backups' : !isWaiting ? 'closed' : isHeld ? 'held' : due.purge ? 'purging' : 'grace';
  if (!ended) await endLook(tx, workflowId, due.next);
  const { waitMs } = await tx.row<{ waitMs: number | null }>(`select decorum.wait_ms($1) as "waitMs"`, [due.next]);
  const { purge, lookForBackups, certify, tell } = due;
  return { stage, ended, purge, lookForBackups, certify, tell, waitMs };
}

/** What is due has failed; it is tried again, and no failure is silent. */
export async function noteFailure(tx: Tx, deletionId: string): Promise<void> {
  await tx.run(`update account_deletions set failures = failures + 1, failed_at = decorum.now() where id = $1`, [deletionId]);
}

/** Officers have been told what is told on this day. */
export async function noteTold(tx: Tx, deletionId: string): Promise<void> {
  await tx.run(
    `update account_deletions set told_day = case when purged_at is not null then 60
       when asked_at + interval '28 days' <= decorum.now() then 28 else 25 end where id = $1`,
    [deletionId],
  );
}
