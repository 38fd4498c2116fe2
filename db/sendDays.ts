import type { Tx } from './transaction.ts';

/** What became of a day's messages; the day is one of the tenant's legal time, in UTC, as the ramp counts them. */
export interface SendDay {
  day: string;
  sent: number;
  bounced: number;
  complained: number;
}

/** The last `days` days of a mailbox or a launch, today included; a day without a message is there with zeros. */
export function sendDays(tx: Tx, of: { mailboxId: string } | { launchId: string }, days: number): Promise<SendDay[]> {
  const [column, id] = 'mailboxId' in of ? ['mailbox_id', of.mailboxId] : ['launch_id', of.launchId];
  const came = (basis: string) => `exists (select from suppressions x
    where x.subject_hash = s.address_hash and x.basis = '${basis}' and x.enrolment_id = s.enrolment_id)`;
  return tx.rows<SendDay>(
    `with today as (select (decorum.now() at time zone 'UTC')::date as day),
     message as (
       select (coalesce(s.counted_at, s.sent_at) at time zone 'UTC')::date as day, ${came('bounce')} as bounced, ${came('complaint')} as complained
       from sends s where s.${column} = $1 and s.state in ('sent', 'refused', 'unknown')
         and coalesce(s.counted_at, s.sent_at) >= ((select day from today) - ($2::int - 1))::timestamp at time zone 'UTC')
     select to_char(d, 'YYYY-MM-DD') as day, count(m.day) as sent, count(*) filter (where m.bounced) as bounced,
       count(*) filter (where m.complained) as complained
     from today, generate_series(today.day - ($2::int - 1), today.day, interval '1 day') as d left join message m on m.day = d::date
     group by d order by d`,
    [id, days],
  );
}
