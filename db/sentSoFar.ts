import type { Tx } from './transaction.ts';

/** What a mailbox has sent already, as far as its limits count it. */
export interface SentSoFar {
  mailboxId: string;
  /** Instants of the messages that the rolling 24 hours count, oldest first. */
  counted: Date[];
  /** Days before today on which it sent: the ramp's. */
  sendingDays: number;
  sentToday: boolean;
  /** The gap after the last message; null: none was kept yet. */
  nextSendAt: Date | null;
}

export function sentSoFar(tx: Tx, mailboxIds: readonly string[]): Promise<SentSoFar[]> {
  return tx.rows<SentSoFar>(
    `select m.id as "mailboxId", m.next_send_at as "nextSendAt",
       array(select s.counted_at from sends s where s.mailbox_id = m.id and s.state in ('claimed', 'handing', 'sent', 'unknown')
             and s.counted_at > decorum.now() - interval '24 hours' order by 1) as counted,
       (select count(*) from mailbox_days d where d.mailbox_id = m.id and d.day < (decorum.now() at time zone 'UTC')::date) as "sendingDays",
       exists (select from mailbox_days d where d.mailbox_id = m.id and d.day = (decorum.now() at time zone 'UTC')::date) as "sentToday"
     from mailboxes m where m.id = any($1)`,
    [mailboxIds],
  );
}

/** How many first messages each company has had today. */
export function firstTouchesToday(tx: Tx): Promise<{ companyKey: string; touches: number }[]> {
  return tx.rows(
    `select company_key as "companyKey", cardinality(send_ids) as touches from company_first_touches
     where day = (decorum.now() at time zone 'UTC')::date`,
  );
}
