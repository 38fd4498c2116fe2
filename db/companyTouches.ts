import type { Tx } from './transaction.ts';

/** Something that one of a company's people got or sent. */
export interface CompanyTouch {
  id: string;
  at: Date;
  kind: 'message' | 'task' | 'received';
  what: string;
  step: number | null;
  contactId: string;
  contactName: string;
  atKey: string;
}

/** What the company's people got, were called for and answered, newest first. `after`: instant and id of the last one of the page before. */
export function companyTouches(
  tx: Tx,
  companyId: string,
  page: { after: string[] | undefined; rows: number },
): Promise<CompanyTouch[]> {
  return tx.rows<CompanyTouch>(
    `with person as (
       select id, coalesce(nullif(trim(first_name || ' ' || last_name), ''), email, phone) as name from contacts where company_id = $1),
     touch as (
       select s.id, coalesce(s.sent_at, s.handed_at) as at, 'message' as kind, s.state as what, s.step, s.contact_id
       from sends s where s.contact_id in (select id from person) and s.state in ('sent', 'unknown', 'refused')
       union all
       select t.id, t.done_at, 'task', t.kind || ' ' || t.outcome, t.step, t.contact_id
       from tasks t where t.contact_id in (select id from person) and t.state = 'done'
       union all
       select i.id, i.received_at, 'received', i.kind, i.step, i.contact_id from inbound_messages i where i.contact_id in (select id from person))
     select t.id, t.at, t.at::text as "atKey", t.kind, t.what, t.step, t.contact_id as "contactId", p.name as "contactName"
     from touch t join person p on p.id = t.contact_id
     where t.at is not null and ($2::timestamptz is null or (t.at, t.id) < ($2, $3::uuid))
     order by t.at desc, t.id desc limit $4`,
    [companyId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}
