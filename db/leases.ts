import { applyEvents } from './enrolments.ts';
import { openUnknownTasks } from './outcomes.ts';
import type { Tx } from './transaction.ts';

/** A message that was handed over so long ago and has no outcome has lost its sender. */
const unknownAfter = '2 minutes';
const most = 500;

/**
 * Settles what dead workers left behind: claimed rows whose lease is over were never at the wire and are planned again; `handing`
 * rows may have been delivered, so they become `unknown` and are never sent again.
 */
export async function settleAbandoned(tx: Tx, mailboxId: string): Promise<{ unknown: number }> {
  await tx.run(
    `update sends set state = 'planned', claim_id = null where id in (
       select id from sends where mailbox_id = $1 and state = 'claimed' and claimed_until < clock_timestamp() order by id limit ${most} for update skip locked)`,
    [mailboxId],
  );
  const lost = await tx.rows<{ id: string; enrolmentId: string; step: number }>(
    `update sends set state = 'unknown', because = 'sender_lost', recorded_at = clock_timestamp() where id in (
       select id from sends where mailbox_id = $1 and state = 'handing' and wire_until < clock_timestamp() - interval '${unknownAfter}'
       order by id limit ${most} for update skip locked)
     returning id, enrolment_id as "enrolmentId", step`,
    [mailboxId],
  );
  await openUnknownTasks(
    tx,
    lost.map(({ id }) => id),
  );
  await applyEvents(
    tx,
    lost.map(({ enrolmentId, step }) => ({ enrolmentId, event: { kind: 'unknown', step } })),
    () => null, // an unknown outcome pauses: nothing asks for an opening
  );
  return { unknown: lost.length };
}

/** Real milliseconds until a lease of the mailbox runs out; null: nothing is out. */
export async function nextLeaseEndMs(tx: Tx, mailboxId: string): Promise<number | null> {
  const { waitMs } = await tx.row<{ waitMs: number | null }>(
    `select case when min(until) is not null -- greatest() passes over a null
         then greatest(100, ceil(extract(epoch from min(until) - clock_timestamp()) * 1000))::double precision end as "waitMs" from (
       select min(claimed_until) as until from sends where mailbox_id = $1 and state = 'claimed'
       union all select min(wire_until) + interval '${unknownAfter}' from sends where mailbox_id = $1 and state = 'handing') as leases`,
    [mailboxId],
  );
  return waitMs;
}
