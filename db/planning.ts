import type { Opening, Place } from '../domain/opening.ts';
import type { Definition } from '../domain/sequence.ts';
import { definitionsOf } from './definitions.ts';
import { beginLook, closeWork, endLook, want } from './outbox.ts';
import { isAnybodyOpen, lockLaunch } from './launches.ts';
import { longestPlan } from './pacing.ts';
import type { Tx } from './transaction.ts';
import { cohortWork, mailboxWork, sequenceWork } from './workflowIds.ts';

/** The window around `at`, or the next one after it; null: it never opens. */
export type OpeningAt = (definition: Definition, place: Place, at: Date) => Opening | null;

/** Work that comes more than this late is shown to a person first: a burst after an outage helps nobody. */
const lateAfterMs = 24 * 60 * 60 * 1000;
const batch = 500;

interface Due {
  id: string;
  contactId: string;
  mailboxId: string;
  ownerId: string;
  step: number;
  version: number;
  sequenceId: string;
  nextAt: Date;
  isFollowUp: boolean;
  isGone: boolean;
  addressHash: Buffer | null;
  place: Place;
}

export interface Look {
  /** Real milliseconds until the cohort has something to do; null: until it is woken. */
  waitMs: number | null;
  /** Nobody in the cohort is open any more, and its row is closed. */
  ended: boolean;
}

/** One look of a cohort at its people: whoever is due becomes a row of work (an e-mail or a task), and the answer says how long to sleep. */
export async function planDue(tx: Tx, launchId: string, cohort: number, openingAt: OpeningAt): Promise<Look> {
  const { workflowId } = cohortWork(tx.tenantId, launchId, cohort);
  await beginLook(tx, workflowId);
  const launch = await lockLaunch(tx, launchId, 'share');
  const isRunning = launch?.state === 'enrolling' || launch?.state === 'running';
  if (isRunning) {
    await endPauses(tx, launchId, cohort);
    const due = await dueNow(tx, launchId, cohort);
    if (due.length > 0) await plan(tx, launchId, due, openingAt);
  }
  const { open, nextAt, waitMs } = await tx.row<{ open: boolean; nextAt: Date | null; waitMs: number | null }>(
    `select count(*) > 0 as open, min(next) as "nextAt", decorum.wait_ms(min(next)) as "waitMs"
     from (select case when state = 'waiting' then next_at when state = 'paused' then resume_at end as next
           from enrolments where launch_id = $1 and cohort = $2 and state in ('waiting', 'queued', 'paused')) as people`,
    [launchId, cohort],
  );
  await endLook(tx, workflowId, isRunning ? nextAt : null);
  const ended = !open && (await closeWork(tx, workflowId));
  // A launch that is over has nothing more to see, and one that goes on counts thousands of people at each look.
  if (ended && isRunning && !(await isAnybodyOpen(tx, launchId))) await want(tx, [sequenceWork(tx.tenantId, launchId)]);
  return { ended, waitMs: isRunning ? waitMs : null };
}

/** Takes up people whose pause ends by itself (out of office). */
async function endPauses(tx: Tx, launchId: string, cohort: number): Promise<void> {
  await tx.run(
    `with resumed as (
       update enrolments set state = 'waiting', because = null, resume_at = null, paused_at = null,
         next_at = greatest(next_at, paused_at) + (decorum.now() - paused_at)
       where launch_id = $1 and cohort = $2 and state = 'paused' and resume_at <= decorum.now() returning id)
     insert into enrolment_events (tenant_id, enrolment_id, kind) select decorum.tenant(), id, 'resume' from resumed`,
    [launchId, cohort],
  );
}

function dueNow(tx: Tx, launchId: string, cohort: number): Promise<Due[]> {
  return tx.rows<Due>(
    `select e.id, e.contact_id as "contactId", e.mailbox_id as "mailboxId", m.owner_id as "ownerId", e.step, e.version,
            e.sequence_id as "sequenceId", e.next_at as "nextAt", e.last_sent_at is not null as "isFollowUp", c.id is null as "isGone", c.address_hash as "addressHash",
            json_build_object('zone', c.zone, 'state', coalesce(c.state, ''), 'country', coalesce(c.country, '')) as place
     from enrolments e
     join mailboxes m on m.tenant_id = e.tenant_id and m.id = e.mailbox_id
     left join contacts c on c.tenant_id = e.tenant_id and c.id = e.contact_id
     where e.launch_id = $1 and e.cohort = $2 and e.state = 'waiting' and e.next_at <= decorum.now()
     order by e.id limit ${batch} for update of e`,
    [launchId, cohort],
  );
}

async function plan(tx: Tx, launchId: string, due: readonly Due[], openingAt: OpeningAt): Promise<void> {
  const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
  const definitionOf = await definitionsOf(tx, due);
  const rows = due.map((person) => {
    const definition = definitionOf(person);
    const opening = openingAt(definition, person.place, now);
    const late = now.getTime() - person.nextAt.getTime() > lateAfterMs;
    const kind = definition.steps[person.step]?.kind;
    const base = {
      id: person.id,
      step: person.step,
      contactId: person.contactId,
      mailboxId: person.mailboxId,
      ownerId: person.ownerId,
    };
    if (person.isGone) return { ...base, becomes: 'stopped', because: 'contact_deleted' };
    if (kind !== 'email') return { ...base, becomes: kind };
    if (!person.addressHash || !opening)
      return { ...base, becomes: 'stopped', because: opening ? 'no_email' : 'window_never_opens' };
    // The window has closed since the date was computed: the person waits for the next one, and that is no lateness.
    if (opening.at > now && !late) return { ...base, becomes: 'waiting', nextAt: opening.at };
    return {
      ...base,
      becomes: 'email',
      late,
      priority: person.isFollowUp ? 0 : 1,
      dueAt: now,
      expiresAt: opening.at > now ? null : opening.closesAt,
    };
  });
  const people = JSON.stringify(rows);
  const person = `jsonb_to_recordset($1::jsonb) as p(id uuid, step int, "contactId" uuid, "mailboxId" uuid, "ownerId" uuid, becomes text, because text,
    "nextAt" timestamptz, late boolean, priority smallint, "dueAt" timestamptz, "expiresAt" timestamptz)`;
  await tx.run(
    `insert into sends (tenant_id, enrolment_id, launch_id, sequence_id, contact_id, mailbox_id, step, state, because, priority, due_at, expires_at, address_hash, domain_hash, company_key)
     select decorum.tenant(), p.id, $2, $3, p."contactId", p."mailboxId", p.step, case when p.late then 'held' else 'planned' end,
       case when p.late then 'late' end, p.priority, p."dueAt", least(p."expiresAt", p."dueAt" + interval '${longestPlan}'), c.address_hash, c.domain_hash, c.company_key
     from ${person} join contacts c on c.id = p."contactId" where p.becomes = 'email'
     on conflict (tenant_id, enrolment_id, step) do update -- a person who was paused with the message planned
       set due_at = excluded.due_at, expires_at = excluded.expires_at, because = excluded.because, state = excluded.state
       where sends.state in ('planned', 'held')`,
    [people, launchId, due[0]?.sequenceId],
  );
  await tx.run(
    `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, state, due_at)
     select decorum.tenant(), case p.becomes when 'task' then 'manual' else 'call' end, p."ownerId", p."contactId", p.id, p.step,
       case p.becomes when 'task' then 'open' else 'not_cleared' end, decorum.now()
     from ${person} where p.becomes in ('task', 'call') on conflict do nothing`,
    [people],
  );
  await tx.run(
    `update enrolments e set
       state = case p.becomes when 'waiting' then 'waiting' when 'stopped' then 'stopped' else 'queued' end,
       because = p.because, next_at = p."nextAt", ended_at = case when p.becomes = 'stopped' then decorum.now() end
     from ${person} where e.id = p.id`,
    [people],
  );
  await want(
    tx,
    [...new Set(rows.filter(({ becomes }) => becomes === 'email').map(({ mailboxId }) => mailboxId))].map((id) =>
      mailboxWork(tx.tenantId, id),
    ),
  );
}
