import { goOn } from '../goingOn.ts';
import type { Tx } from '../transaction.ts';

/** A relay without a cap gets half of what it sent in a day, but not less than this. */
const leastCap = 20;

/**
 * Makes what is in force follow from the open cases, whatever was in force before: stops for what is paused, halved caps for what is
 * throttled, and each as it was once no case wants it any more. A cap that its owner raises meanwhile is lowered again.
 */
export async function putInForce(tx: Tx): Promise<void> {
  // One after another: of two at once each would take back what only the other's case calls for.
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('abuse measures ' || decorum.tenant(), 0))`);
  await tx.run(
    `insert into sending_stops (tenant_id, scope_id, kind, because)
     select distinct tenant_id, scope_id, 'abuse', 'abuse' from abuse_cases where ended_at is null and measure = 'pause'
     on conflict (tenant_id, scope_id, kind) do nothing`,
  );
  const released = await tx.rows<{ scopeId: string }>(
    `delete from sending_stops s where s.kind = 'abuse'
       and not exists (select from abuse_cases c where c.scope_id = s.scope_id and c.ended_at is null and c.measure = 'pause')
     returning s.scope_id as "scopeId"`,
  );
  const raised = await throttle(tx);
  const wholly = released.some(({ scopeId }) => scopeId === tx.tenantId);
  const mailboxIds = [...released.map(({ scopeId }) => scopeId), ...raised];
  if (wholly || mailboxIds.length > 0) await goOn(tx, wholly ? null : mailboxIds);
}

const throttled = `exists (select from abuse_cases c where c.ended_at is null and c.measure = 'throttle' and c.scope_id in (m.tenant_id, m.id))`;

/** Answers the mailboxes that may send more again. */
async function throttle(tx: Tx): Promise<string[]> {
  await tx.run(
    `insert into abuse_throttles (tenant_id, mailbox_id, cap_before, cap)
     select m.tenant_id, m.id, m.cap, greatest(1, coalesce(m.cap / 2, greatest(${leastCap}, (
       select count(*) / 2 from sends s where s.mailbox_id = m.id and s.state in ('sent', 'unknown') and s.counted_at > decorum.now() - interval '1 day'))))
     from mailboxes m where ${throttled} on conflict do nothing`,
  );
  await tx.run(
    `update abuse_throttles t set cap_before = m.cap from mailboxes m
     where m.tenant_id = t.tenant_id and m.id = t.mailbox_id and m.cap is distinct from t.cap and coalesce(m.cap > t.cap, true) and ${throttled}`,
  );
  await tx.run(
    `update mailboxes m set cap = t.cap from abuse_throttles t
     where t.tenant_id = m.tenant_id and t.mailbox_id = m.id and coalesce(m.cap > t.cap, true) and ${throttled}`,
  );
  const over = await tx.rows<{ id: string }>(
    `update mailboxes m set cap = t.cap_before from abuse_throttles t
     where t.tenant_id = m.tenant_id and t.mailbox_id = m.id and m.cap = t.cap and not ${throttled} returning m.id`,
  );
  await tx.run(
    `delete from abuse_throttles t using mailboxes m where m.tenant_id = t.tenant_id and m.id = t.mailbox_id and not ${throttled}`,
  );
  return over.map(({ id }) => id);
}
