import type { Sign, Signs } from '../../domain/abuse.ts';
import type { Tx } from '../transaction.ts';

/** A sign with what was counted for it, of the whole workspace or of one mailbox. */
export type Counted = {
  [Each in Sign]: { scope: 'tenant' | 'mailbox'; scopeId: string; sign: Each; counts: Signs[Each] };
}[Sign];

/** Counts every sign of the tenant. What there is none of is left out. */
export async function countSigns(tx: Tx): Promise<Counted[]> {
  const wholly = { scope: 'tenant', scopeId: tx.tenantId } as const;
  const counted: Counted[] = [...(await sendings(tx))];
  const { places, workspaces } = await tx.row<{ places: number; workspaces: number }>(
    `select coalesce((select max(n) from (select count(*) as n from known_addresses where seen_at > clock_timestamp() - interval '1 day' group by user_id) as users), 0) as places,
       decorum.sign_ups_beside(decorum.tenant()) as workspaces`,
  );
  counted.push({ ...wholly, sign: 'log_in_places', counts: { places } });
  counted.push({ ...wholly, sign: 'sign_up_velocity', counts: { workspaces } });
  const [refused] = await tx.rows<Signs['never_collected']>(
    `select rows_read as rows, (rejected ->> 'never_collected')::int as refused from imports
     where created_at > decorum.now() - interval '7 days' and rejected ? 'never_collected' order by 2 desc limit 1`,
  );
  if (refused) counted.push({ ...wholly, sign: 'never_collected', counts: refused });
  const dead = await worstImport(tx);
  if (dead) counted.push({ ...wholly, sign: 'dead_import', counts: dead });
  return counted;
}

interface Sendings {
  mailboxId: string;
  sent: number;
  today: number;
  before: number;
  bounced: number;
  complained: number;
}

/** Of each mailbox, and of the workspace where more than one has sent. Counted from the complaints' side, each with a
 * look-up of its own: they are few, messages are many. */
async function sendings(tx: Tx): Promise<Counted[]> {
  const mailboxes = await tx.rows<Sendings>(
    `with came_back as (
       select s.mailbox_id, count(*) filter (where x.basis = 'bounce') as bounced, count(*) filter (where x.basis = 'complaint') as complained,
         count(*) filter (where s.state = 'refused') as refused
       from suppressions x cross join lateral (
         select mailbox_id, state from sends where enrolment_id = x.enrolment_id and address_hash = x.subject_hash
           and state in ('sent', 'refused', 'unknown') and coalesce(counted_at, sent_at) > decorum.now() - interval '7 days' offset 0) as s
       where x.basis in ('bounce', 'complaint') and x.asked_at > decorum.now() - interval '7 days' group by 1)
     select m.id as "mailboxId", w.sent + coalesce(b.refused, 0) as sent, w.today, w.before, coalesce(b.bounced, 0) as bounced, coalesce(b.complained, 0) as complained
     from mailboxes m cross join lateral (
       select count(*) filter (where counted_at > decorum.now() - interval '7 days') as sent, count(*) filter (where counted_at > decorum.now() - interval '1 day') as today,
         count(*) filter (where counted_at <= decorum.now() - interval '1 day') as before
       from sends where mailbox_id = m.id and state in ('sent', 'unknown') and counted_at > decorum.now() - interval '8 days' offset 0) as w
     left join came_back b on b.mailbox_id = m.id
     where w.sent + w.before + coalesce(b.refused, 0) > 0 order by 1`,
  );
  const rates = (
    scope: 'tenant' | 'mailbox',
    scopeId: string,
    { sent, bounced, complained }: Omit<Sendings, 'mailboxId'>,
  ): Counted[] => [
    { scope, scopeId, sign: 'bounce_rate', counts: { sent, bounced } },
    { scope, scopeId, sign: 'complaint_rate', counts: { sent, complained } },
  ];
  const all = { sent: 0, today: 0, before: 0, bounced: 0, complained: 0 };
  for (const each of mailboxes) for (const key of Object.keys(all) as (keyof typeof all)[]) all[key] += each[key];
  return [
    ...mailboxes.flatMap((each) => rates('mailbox', each.mailboxId, each)),
    ...(mailboxes.length > 1 ? rates('tenant', tx.tenantId, all) : []),
    {
      scope: 'tenant',
      scopeId: tx.tenantId,
      sign: 'send_spike',
      counts: { today: all.today, usual: Math.round(all.before / 7) },
    },
  ];
}

/** The import of the last 30 days of which the most addresses were dead. */
async function worstImport(tx: Tx): Promise<Signs['dead_import'] | undefined> {
  const [worst] = await tx.rows<Signs['dead_import']>(
    `with dead as (
       select c.import_id, count(distinct s.id) as n
       from suppressions x
       cross join lateral (
         select id, contact_id from sends where enrolment_id = x.enrolment_id and address_hash = x.subject_hash offset 0) as s
       cross join lateral (select import_id from contacts where id = s.contact_id offset 0) as c
       join imports i on i.id = c.import_id and i.created_at > decorum.now() - interval '30 days'
       where x.basis = 'bounce' and x.asked_at > decorum.now() - interval '30 days' group by 1 order by n desc limit 1)
     select d.n as dead, (
       select count(*) from contacts c cross join lateral (
         select from sends where contact_id = c.id and state in ('sent', 'refused', 'unknown') offset 0) as s where c.import_id = d.import_id) as sent
     from dead d`,
  );
  return worst;
}
