/** What came back of a message: an answer, one by a machine, a request for no more, a complaint. */
export const responseKinds = ['replied', 'auto_replied', 'unsubscribed', 'complained'] as const;
export type ResponseKind = (typeof responseKinds)[number];

/**
 * Query of what came back, one row a person, step and kind; $1: a launch, or null for all. An opt-out by link names no step: it counts for the
 * last message that the person had had by then. One that was entered by a user or imported is an answer to no message.
 */
export const responses = `
  select e.id as enrolment_id, e.mailbox_id, e.version, i.step, case i.kind when 'reply' then 'replied' else 'auto_replied' end as kind
  from inbound_messages i join enrolments e on e.tenant_id = i.tenant_id and e.id = i.enrolment_id
  where i.kind in ('reply', 'auto_reply') and ($1::uuid is null or e.launch_id = $1)
  union
  select e.id, e.mailbox_id, e.version,
    coalesce(
      case when x.basis in ('reply', 'complaint') then
        (select i.step from inbound_messages i where i.enrolment_id = e.id and i.kind in ('stop_request', 'complaint') and i.received_at <= x.asked_at
         order by i.received_at desc limit 1) end,
      (select max(s.step) from sends s where s.enrolment_id = e.id and s.state in ('sent', 'unknown')
       and coalesce(s.sent_at, s.handed_at) <= x.asked_at)),
    case x.basis when 'complaint' then 'complained' else 'unsubscribed' end
  from suppressions x join enrolments e on e.tenant_id = x.tenant_id and e.id = x.enrolment_id
  where x.basis in ('one_click', 'page', 'mailto', 'reply', 'complaint') and ($1::uuid is null or e.launch_id = $1)`;

/** Of a message `s`: a server took it and did not send it back. */
export const arrived = `s.state = 'sent' and s.because is distinct from 'bounced_later'`;
