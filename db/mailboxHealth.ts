import { type Sendings, standing } from '../domain/bounceRate.ts';
import { stopSending } from './launches.ts';
import type { Tx } from './transaction.ts';

export type MailboxPause = 'authentication' | 'policy' | 'bounce_rate' | 'complaint_rate' | 'by_hand';

/** Nothing more begins over the mailbox, up to the wire. */
export async function pauseMailbox(tx: Tx, mailboxId: string, because: MailboxPause, byUser: string | null): Promise<void> {
  await tx.run(`update mailboxes set state = 'paused', paused_because = $2 where id = $1 and state = 'active'`, [
    mailboxId,
    because,
  ]);
  await stopSending(tx, mailboxId, 'pause', because, byUser);
}

/** What became of the mailbox's messages in the last seven days. */
function recentSendings(tx: Tx, mailboxId: string): Promise<Sendings> {
  return tx.row<Sendings>(
    `select count(*) as sent,
       count(*) filter (where exists (select from suppressions x where x.subject_hash = s.address_hash and x.basis = 'bounce' and x.enrolment_id = s.enrolment_id)) as bounced,
       count(*) filter (where exists (select from suppressions x where x.subject_hash = s.address_hash and x.basis = 'complaint' and x.enrolment_id = s.enrolment_id)) as complained
     from sends s where s.mailbox_id = $1 and s.state in ('sent', 'refused', 'unknown') and coalesce(s.counted_at, s.sent_at) > decorum.now() - interval '7 days'`,
    [mailboxId],
  );
}

/** To be asked after each bounce and complaint: a mailbox that receivers begin to distrust stops before it harms the whole domain. */
export async function judgeStanding(tx: Tx, enrolmentId: string): Promise<void> {
  const [mailbox] = await tx.rows<{ id: string }>(`select mailbox_id as id from enrolments where id = $1`, [enrolmentId]);
  if (!mailbox) return;
  const verdict = standing(await recentSendings(tx, mailbox.id));
  if (verdict === 'bounce_rate' || verdict === 'complaint_rate') await pauseMailbox(tx, mailbox.id, verdict, null);
}

/** Receiving domains whose refusals make one of the mailbox: whoever got a message knows where its bounces go, and can write one. */
const DOMAINS_THAT_REFUSE = 3;

/** To be asked after each policy bounce that came by mail. What a server says to our face needs no second witness (db/outcomes.ts). */
export async function judgePolicyBounces(tx: Tx, mailboxId: string): Promise<void> {
  const { domains } = await tx.row<{ domains: number }>(
    `select count(distinct s.domain_hash) as domains from sends s
     where s.mailbox_id = $1 and s.state in ('sent', 'refused', 'unknown') and coalesce(s.counted_at, s.sent_at) > decorum.now() - interval '7 days'
       and exists (select from inbound_messages i where i.enrolment_id = s.enrolment_id and i.step = s.step and i.kind = 'bounce_policy')`,
    [mailboxId],
  );
  if (domains >= DOMAINS_THAT_REFUSE) await pauseMailbox(tx, mailboxId, 'policy', null);
}
