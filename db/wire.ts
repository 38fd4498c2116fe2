import { applyEvents } from './enrolments.ts';
import { eachOf, unindexed } from './few.ts';
import { type Database, prepared } from './transaction.ts';

/** How long after the gate a message may still begin; wall clock, and the sender's own monotonic timer starts before the gate is asked. */
const wireSeconds = 8;

/** Rows at the wire, with what a suppression or a stop says of each. */
const judged = `
  select s.id, exists (select from suppressions x where x.subject_hash in (s.address_hash, s.domain_hash)
           and x.channel in ('email', 'all') and x.scope_id in (s.tenant_id, s.sequence_id)) as suppressed,
    e.state not in ('waiting', 'queued', 'paused') as ended,
    e.state = 'paused' or exists (select from sending_stops b where b.scope_id in (s.tenant_id, s.mailbox_id, s.launch_id, s.enrolment_id, s.contact_id)) as stopped
  from ${eachOf('$1')} cross join lateral (select * from sends where id = each.id and ${unindexed('state')} = 'handing' offset 0) s
  cross join lateral (select state from enrolments where id = s.enrolment_id offset 0) e`;

const handOver = prepared(`
  update sends s set state = 'handing', wire_until = clock_timestamp() + interval '${wireSeconds} s', handed_at = decorum.now()
  from (select each.id from ${eachOf('$1')} cross join lateral
          (select from sends where id = each.id and ${unindexed('state')} = 'claimed' and claim_id = $2 for update) as locked) as ours
  where s.id = ours.id returning s.id`);

const covered = prepared(`select id from (${judged}) as j where j.suppressed or j.ended or j.stopped`);

/**
 * The wire gate: of `ids`, claimed under `claimId`, the ones that may begin DATA now.
 *
 * Two statements in two transactions. The first writes `handing` and commits; the second, with a new snapshot, takes back whatever a
 * suppression or a stop covers by then. A suppression commits first and then waits for `handing` rows. Each side writes, commits, then
 * reads, so one of them sees the other: with one transaction, or with row locks alone, 20 of 20 people got mail after their opt-out was answered.
 */
export async function passGate(db: Database, tenantId: string, claimId: string, ids: readonly string[]): Promise<Set<string>> {
  const handing = await db.inTenant(tenantId, (tx) => tx.rows<{ id: string }>(handOver, [ids.toSorted(), claimId]));
  if (handing.length === 0) return new Set();
  const stopped = await db.inTenant(tenantId, async (tx) => {
    // Only reads as a rule: what is covered by now is rare, and a transaction that writes waits for the disk.
    const found = await tx.rows<{ id: string }>(covered, [handing.map(({ id }) => id)]);
    if (found.length === 0) return found;
    const taken = await tx.rows<{ id: string; enrolmentId: string; suppressed: boolean }>(
      `with c as (select j.* from (${judged}) j cross join lateral (select from sends where id = j.id and state = 'handing' for update) as locked)
       update sends s set
         state = case when c.suppressed or c.ended then 'cancelled' else 'planned' end,
         because = case when c.suppressed then 'suppressed' when c.ended then 'ended' end,
         wire_until = null, handed_at = null
       from c where s.id = c.id
       returning s.id, s.enrolment_id as "enrolmentId", c.suppressed`,
      [found.map(({ id }) => id).toSorted()],
    );
    // The suppression's own sweep finds people by their contact, which may be gone or may not be reached for a while.
    await applyEvents(
      tx,
      taken
        .filter(({ suppressed }) => suppressed)
        .map(({ enrolmentId }) => ({ enrolmentId, event: { kind: 'stop', because: 'unsubscribed' } })),
      () => null, // a stop leads nowhere, so nothing asks for an opening
    );
    return found;
  });
  const refused = new Set(stopped.map(({ id }) => id));
  return new Set(handing.map(({ id }) => id).filter((id) => !refused.has(id)));
}
