import { randomUUID } from 'node:crypto';
import type { StoppedBecause } from '../domain/enrolment.ts';
import { allowance } from '../domain/mailboxAllowance.ts';
import { applyEvents } from './enrolments.ts';
import { eachOf, few, unindexed } from './few.ts';
import { prepared, type Tx } from './transaction.ts';

/** How long claimed rows may wait for the wire gate before anybody may take them again; wall clock. */
const leaseSeconds = 30;
const lateAfter = '24 hours';

/** A message that this claim alone may bring to the gate. */
export interface Claimed {
  id: string;
  enrolmentId: string;
  launchId: string;
  sequenceId: string;
  contactId: string;
  step: number;
}

export interface Claim {
  claimId: string;
  rows: Claimed[];
  /** Which rule keeps the mailbox from more right now; null: there may be more at once. */
  heldBy: 'paused' | 'gap' | 'limit' | 'nothing_due' | null;
  /** Rows were looked at, so another claim at once may find more. */
  progressed: boolean;
}

interface Mailbox {
  state: 'active' | 'paused';
  cap: number | null;
  rampStart: number | null;
  rampStep: number;
  gapSeconds: number;
  jitterSeconds: number;
  inGap: boolean;
  sendingDays: number;
  /** What was left of the allowance `roomOf` after the last claim, at the least. */
  roomLeft: number | null;
  roomOf: number | null;
}

/**
 * Claims what the mailbox may send within the next minute, at most `most` rows, follow-ups before first messages.
 * One transaction of several statements, and the mailbox's row is locked first: counting and claiming in one statement let a
 * cap of 40 through 90 to 110 times. `jitter` is a random number from 0 to 1 that spreads the gap.
 */
export async function claim(tx: Tx, mailboxId: string, options: { most: number; jitter: number }): Promise<Claim> {
  const claimId = randomUUID();
  const none = (heldBy: Claim['heldBy']): Claim => ({ claimId, rows: [], heldBy, progressed: false });
  const mailbox = await lockMailbox(tx, mailboxId);
  if (mailbox.state === 'paused') return none('paused');
  if (mailbox.inGap) return none('gap');
  const allowed = allowance(mailbox, mailbox.sendingDays);
  const left = allowed === null ? options.most : await roomIn(tx, mailboxId, mailbox, allowed, options.most);
  const room = Math.min(options.most, left);
  if (room <= 0) return none('limit');

  const found = await candidates(tx, mailboxId, mailbox.gapSeconds > 0 ? Math.min(room, 1) : room);
  if (found.length === 0) return none('nothing_due');
  const ids = (verdict: Candidate['verdict']) => found.filter((row) => row.verdict === verdict).map(({ id }) => id);
  await stopPeople(tx, ids('suppressed'), 'unsubscribed');
  await stopPeople(tx, ids('gone'), 'contact_deleted');
  const late = ids('late');
  if (late.length > 0) await tx.run(`update sends set state = 'held', because = 'late' where id in ${few('$1')}`, [late]);
  const rows = await take(tx, claimId, await withinPersonLimit(tx, await withinCompanyLimit(tx, ids('free'))));
  if (rows.length > 0) {
    // A row of its own a day, so that the ramp counts days on which the mailbox sent and not days that passed.
    await tx.run(
      `insert into mailbox_days (tenant_id, mailbox_id, day) values (decorum.tenant(), $1, (decorum.now() at time zone 'UTC')::date) on conflict do nothing`,
      [mailboxId],
    );
    await tx.run(
      `update mailboxes set room_of = $3, room_left = $4,
         next_send_at = case when gap_seconds > 0 then decorum.now() + make_interval(secs => gap_seconds + jitter_seconds * $2::double precision) else next_send_at end
       where id = $1`,
      [mailboxId, options.jitter, allowed, allowed === null ? null : left - rows.length],
    );
  }
  return { claimId, rows, heldBy: null, progressed: true };
}

function lockMailbox(tx: Tx, mailboxId: string): Promise<Mailbox> {
  // No key update: planning inserts rows that point at this mailbox and need not wait.
  return tx.row(`select id from mailboxes where id = $1 for no key update`, [mailboxId]).then(() =>
    tx.row<Mailbox>(
      `select state, cap, ramp_start as "rampStart", ramp_step as "rampStep", gap_seconds as "gapSeconds", jitter_seconds as "jitterSeconds",
           coalesce(next_send_at > decorum.now(), false) as "inGap", room_left as "roomLeft", room_of as "roomOf",
           case when ramp_start is null then 0 else
             (select count(*) from mailbox_days d where d.mailbox_id = m.id and d.day < (decorum.now() at time zone 'UTC')::date) end as "sendingDays"
         from mailboxes m where id = $1`,
      [mailboxId],
    ),
  );
}

/**
 * How many more the mailbox may send of its allowance. Counted only when the last claim left too few to be sure: what was counted leaves
 * the rolling 24 hours or is given back, and only a claim adds to it, so what was left then is left at the least.
 */
async function roomIn(tx: Tx, mailboxId: string, { roomOf, roomLeft }: Mailbox, allowed: number, most: number): Promise<number> {
  if (roomOf === allowed && roomLeft !== null && roomLeft >= most) return roomLeft;
  const { counted } = await tx.row<{ counted: number }>(
    `select count(*) as counted from sends where mailbox_id = $1 and state in ('claimed', 'handing', 'sent', 'unknown')
       and counted_at > decorum.now() - interval '24 hours'`,
    [mailboxId],
  );
  return allowed - counted;
}

interface Candidate {
  id: string;
  verdict: 'free' | 'suppressed' | 'late' | 'gone';
}

async function candidates(tx: Tx, mailboxId: string, limit: number): Promise<Candidate[]> {
  const select = (priority: 0 | 1, most: number) =>
    tx.rows<Candidate>(
      `select s.id,
         case
           when exists (select from suppressions x where x.subject_hash in (s.address_hash, s.domain_hash, c.address_hash, c.domain_hash)
                        and x.channel in ('email', 'all') and x.scope_id in (s.tenant_id, s.sequence_id)) then 'suppressed'
           when c.address_hash is null then 'gone'
           when s.due_at < decorum.now() - interval '${lateAfter}' then 'late'
           else 'free'
         end as verdict
       from sends s
       join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
       left join contacts c on c.tenant_id = s.tenant_id and c.id = s.contact_id
       where s.mailbox_id = $1 and s.state = 'planned' and s.priority = $2 and s.due_at <= decorum.now() and ${unindexed('e.state')} = 'queued'
         and (s.expires_at > decorum.now() or s.due_at < decorum.now() - interval '${lateAfter}')
         and not exists (select from sending_stops b where b.scope_id in (s.tenant_id, s.mailbox_id, s.launch_id, s.enrolment_id, s.contact_id))
       order by s.due_at, s.id limit $3
       for update of s skip locked`,
      [mailboxId, priority, most],
    );
  const followUps = await select(0, limit);
  return followUps.length >= limit ? followUps : [...followUps, ...(await select(1, limit - followUps.length))];
}

/** A suppression cancels what it finds, a deletion stops whom it deletes; this catches what was planned while they ran. */
async function stopPeople(tx: Tx, sendIds: readonly string[], because: StoppedBecause): Promise<void> {
  if (sendIds.length === 0) return;
  const people = await tx.rows<{ enrolmentId: string }>(
    `select enrolment_id as "enrolmentId" from sends where id in ${few('$1')}`,
    [sendIds],
  );
  await applyEvents(
    tx,
    people.map(({ enrolmentId }) => ({ enrolmentId, event: { kind: 'stop', because } })),
    () => null, // a stop leads nowhere, so nothing asks for an opening
  );
}

/**
 * The ids of which the company has had no more first messages today than it may. A limit is a row with a primary key, so that of two
 * claimers in two mailboxes one is refused. The refused messages wait for the company's next day.
 */
async function withinCompanyLimit(tx: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const companies = await tx.rows<{ ids: string[] }>(
    `insert into company_first_touches as t (tenant_id, company_key, day, send_ids)
     select s.tenant_id, s.company_key, (decorum.now() at time zone 'UTC')::date, (array_agg(s.id order by s.due_at, s.id))[1:(select first_touches_per_company from tenants)]
     from sends s where s.id in ${few('$1')} and s.priority = 1 and s.company_key is not null
     group by s.tenant_id, s.company_key order by s.company_key
     on conflict (tenant_id, company_key, day) do update
       set send_ids = (t.send_ids || array(select id from unnest(excluded.send_ids) as id where id <> all (t.send_ids)))
                      [1:(select first_touches_per_company from tenants)]
     returning send_ids as ids`,
    [ids],
  );
  const refused = await tx.rows<{ id: string }>(
    `update sends set due_at = date_trunc('day', decorum.now() at time zone 'UTC') at time zone 'UTC' + interval '1 day', expires_at = null,
       because = 'company_limit'
     where id in ${few('$1')} and priority = 1 and company_key is not null and id <> all ($2) returning id`,
    [ids, companies.flatMap(({ ids: granted }) => granted)],
  );
  return without(ids, refused);
}

/**
 * The ids whose person has had no touch in the last hours and not too many this quarter; one row a person, so that of two claimers one is
 * refused. After the company's limit: a message that waits for its company must not keep the person from another sequence's. The refused
 * messages wait for the first instant that may do; without a closing time they are given their window then.
 */
async function withinPersonLimit(tx: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const touched = await tx.rows<{ id: string }>(
    `insert into contact_touches as t (tenant_id, contact_id, send_id, last_at, quarter_from, in_quarter)
     select distinct on (s.contact_id) s.tenant_id, s.contact_id, s.id, decorum.now(), ${thisQuarter}::date, 1
     from sends s where s.id in ${few('$1')} order by s.contact_id, s.priority, s.id
     on conflict (tenant_id, contact_id) do update
       set send_id = excluded.send_id, last_at = excluded.last_at, quarter_from = excluded.quarter_from,
           in_quarter = case when t.send_id = excluded.send_id then t.in_quarter
                             when t.quarter_from = excluded.quarter_from then t.in_quarter + 1 else 1 end
       where t.send_id = excluded.send_id or (
         t.last_at <= decorum.now() - make_interval(hours => (select hours_between_touches from tenants))
         and (t.quarter_from <> excluded.quarter_from or t.in_quarter < (select touches_per_quarter from tenants)))
     returning send_id as id`,
    [ids],
  );
  const refused = without(ids, touched);
  if (refused.length === 0) return ids.slice();
  await tx.run(
    `with limits as (
       select t.contact_id, t.last_at + make_interval(hours => l.hours_between_touches) as spaced_at,
         case when t.quarter_from = ${thisQuarter}::date and t.in_quarter >= l.touches_per_quarter
           then (${thisQuarter} + interval '3 months') at time zone 'UTC' end as next_quarter
       from contact_touches t, tenants l)
     update sends s set because = case when l.next_quarter is null then 'spacing' else 'quarter_limit' end, expires_at = null,
       due_at = greatest(l.spaced_at, l.next_quarter, decorum.now() + interval '1 minute')
     from limits l where s.id in ${few('$1')} and l.contact_id = s.contact_id`,
    [refused],
  );
  return touched.map(({ id }) => id);
}

const thisQuarter = `date_trunc('quarter', decorum.now() at time zone 'UTC')`;

function without(ids: readonly string[], others: readonly { id: string }[]): string[] {
  const gone = new Set(others.map(({ id }) => id));
  return ids.filter((id) => !gone.has(id));
}

// The address is the one that the message will be rendered with.
const takeRows = prepared(`
  update sends s set state = 'claimed', because = null, claim_id = $2, counted_at = decorum.now(),
    claimed_until = clock_timestamp() + interval '${leaseSeconds} s',
    address_hash = free.address_hash, domain_hash = free.domain_hash, company_key = free.company_key
  from (select each.id, c.* from ${eachOf('$1')}
        cross join lateral (select contact_id from sends where id = each.id and ${unindexed('state')} = 'planned' offset 0) as planned
        cross join lateral (select address_hash, domain_hash, company_key from contacts where id = planned.contact_id and address_hash is not null offset 0) as c) as free
  where s.id = free.id
  returning s.id, s.enrolment_id as "enrolmentId", s.launch_id as "launchId", s.sequence_id as "sequenceId", s.contact_id as "contactId", s.step`);

function take(tx: Tx, claimId: string, ids: readonly string[]): Promise<Claimed[]> {
  return tx.rows<Claimed>(takeRows, [ids.toSorted(), claimId]);
}

/** Gives back what a claim did not bring to the gate, e.g. because the mail server cannot be reached. */
export async function release(tx: Tx, claimId: string): Promise<void> {
  await tx.run(
    `update sends set state = 'planned', claim_id = null
     where id in (select id from sends where claim_id = $1 and state = 'claimed' order by id for update)`,
    [claimId],
  );
}
