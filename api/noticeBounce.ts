import { markBounced } from '../db/breach/people.ts';
import type { Database } from '../db/transaction.ts';
import { classifyInbound } from '../providers/mail/inbound/classify.ts';
import type { Delivery } from '../providers/mail/inbound/listener.ts';
import { parseInbound } from '../providers/mail/inbound/parse.ts';

/**
 * Takes what came back of a breach notice (P6); false when no notice has this key. Whatever a report says of its reason, the person has not
 * had the notice: an officer finds another way. A delay, an absence or a receipt changes nothing.
 */
export async function takeNoticeBounce(db: Database, { mailKey, envelopeFrom, raw }: Delivery): Promise<boolean> {
  const [notice] = await db.lookUp<{ tenantId: string; incidentId: string; personId: string }>(
    `select tenant_id as "tenantId", incident_id as "incidentId", person_id as "personId" from decorum.find_notice_key($1)`,
    [mailKey],
  );
  if (!notice) return false;
  const { tenantId, incidentId, personId } = notice;
  const inbound = classifyInbound(await parseInbound(raw), { receivedOn: '1970-01-01', envelopeFrom });
  if (inbound.kind !== 'bounce') return true;
  const answer = inbound.answer.enhanced ?? (inbound.answer.code > 0 ? String(inbound.answer.code) : null);
  await db.inTenant(tenantId, (tx) => markBounced(tx, incidentId, personId, { byUser: null, answer }));
  return true;
}
