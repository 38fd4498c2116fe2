import type { Tx } from './transaction.ts';

/** A reply that cannot be handed to the rep's server so many times becomes a task. */
const mostAttempts = 5;
/** Wall clock; doubled with each attempt. It is also the lease: an attempt is counted before it is made, so that none can loop. */
const firstPause = `interval '10 seconds'`;

/** A reply on its way to the rep, with what a forward of it is written from. */
export interface Forward {
  inboundId: string;
  kind: 'reply' | 'stop_request';
  fromAddress: string;
  subject: string;
  /** The person's own words. */
  words: string;
  raw: Buffer;
  personName: string;
  repName: string;
  repAddress: string;
}

const ofMailbox = `from inbound_messages i join enrolments e on e.tenant_id = i.tenant_id and e.id = i.enrolment_id
  where e.mailbox_id = $1 and i.forward = 'due'`;

/** Takes the mailbox's longest waiting reply for one attempt; null when none is due now. */
export async function takeForward(tx: Tx, mailboxId: string): Promise<Forward | null> {
  const [taken] = await tx.rows<{ id: string }>(
    `update inbound_messages set forward_attempts = forward_attempts + 1, forward_after = clock_timestamp() + ${firstPause} * power(2, forward_attempts)
     where id = (select i.id ${ofMailbox} and i.forward_attempts < ${mostAttempts} and coalesce(i.forward_after <= clock_timestamp(), true)
                 order by i.received_at, i.id limit 1 for update of i skip locked)
     returning id`,
    [mailboxId],
  );
  if (!taken) return null;
  return tx.row<Forward>(
    `select i.id as "inboundId", i.kind, i.from_address as "fromAddress", i.subject, i.body as words, i.raw,
       coalesce(trim(c.first_name || ' ' || c.last_name), '') as "personName", u.name as "repName", u.email as "repAddress"
     from inbound_messages i
     join enrolments e on e.tenant_id = i.tenant_id and e.id = i.enrolment_id
     join mailboxes m on m.tenant_id = e.tenant_id and m.id = e.mailbox_id
     join users u on u.tenant_id = m.tenant_id and u.id = m.owner_id
     left join contacts c on c.tenant_id = i.tenant_id and c.id = i.contact_id
     where i.id = $1`,
    [taken.id],
  );
}

/** The rep's server has it; the message itself need not be kept any longer. */
export async function markForwarded(tx: Tx, inboundId: string): Promise<void> {
  await tx.run(`update inbound_messages set forward = 'done', raw = null where id = $1 and forward = 'due'`, [inboundId]);
}

/** Gives up the mailbox's replies whose attempts are used up, `refused` at once and others when their last pause is over: a task each. */
export async function giveUpForwards(tx: Tx, mailboxId: string, refused: string | null): Promise<void> {
  await tx.run(
    `with spent as (
       update inbound_messages set forward = 'failed'
       where id in (select i.id ${ofMailbox} and i.forward_attempts >= ${mostAttempts} and (i.id = $2 or i.forward_after <= clock_timestamp())
                    order by i.id for update of i)
       returning tenant_id, id, enrolment_id, contact_id, step)
     insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, inbound_id, due_at)
     select s.tenant_id, 'forward_failed', m.owner_id, s.contact_id, s.enrolment_id, s.step, s.id, decorum.now()
     from spent s join mailboxes m on m.tenant_id = s.tenant_id and m.id = $1 on conflict do nothing`,
    [mailboxId, refused],
  );
}

/** Real milliseconds until the mailbox's next attempt; null: no reply waits. */
export async function nextForwardMs(tx: Tx, mailboxId: string): Promise<number | null> {
  const { waitMs } = await tx.row<{ waitMs: number | null }>(
    `select min(greatest(0, ceil(extract(epoch from coalesce(i.forward_after, clock_timestamp()) - clock_timestamp()) * 1000)))::float8 as "waitMs"
     ${ofMailbox}`,
    [mailboxId],
  );
  return waitMs;
}
