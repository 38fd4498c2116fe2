import { fullMailboxes, heldBy, heldUntil } from './timeline.ts';

/** How a person stands to one step of a launch. `sent` and `done` are those who got it; the others did not, or not that anybody knows. */
export const standings = [
  'sent',
  'done', // a task or a call of theirs
  'bounced', // taken by their server, and sent back later
  'unknown', // the server's answer was lost: never repeated
  'sending', // at the wire this minute
  'planned',
  'held',
  'waiting', // the step is to come
  'task_open',
  'refused',
  'cancelled', // was planned, and then something came between
  'stopped', // before the step was planned
  'blocked', // never taken into the launch
  'skipped', // a branch went past the step, or their version does not have it
] as const;
export type Standing = (typeof standings)[number];

/** Reasons that are the person's own wish, or a user's for them: nobody writes to them again without having thought about it. */
const wishes = ['replied', 'unsubscribed', 'complained', 'suppressed', 'removed', 'by_hand'];
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/** Of an enrolment whose step is to come: what keeps it from being planned. */
const waitingFor = `coalesce(
  (select b.because from sending_stops b where b.scope_id in (e.tenant_id, e.mailbox_id, e.launch_id, e.id, e.contact_id) limit 1),
  case when e.state = 'paused' then 'paused: ' || e.because end,
  case when e.step < p.n then 'earlier step' end,
  'not due yet')`;
const endedBecause = `case when e.state in ('finished', 'stopped') then e.because end`;

/**
 * Common table expressions: `report_step` has the steps of launch $1 (`id`, `number`, `words`), in order, with those that only people of
 * older versions have at the end; `standing` has one row a person and step, so that the people of each step split exactly into who got it and who
 * did not. A step is known by its id: its place may differ between versions. `variant` is the wording that somebody got, or was last to get. $2: one step's id, or null for all.
 */
export const withStandings = `
  with ${fullMailboxes},
  place as (
    select v.version, x.step ->> 'id' as id, x.n::int - 1 as n, x.step as words
    from launches l
    join sequence_versions v on v.tenant_id = l.tenant_id and v.sequence_id = l.sequence_id
    cross join lateral jsonb_array_elements(v.definition -> 'steps') with ordinality as x(step, n)
    where l.id = $1 and (v.version = l.version or v.version in (select distinct version from enrolments where launch_id = $1))),
  report_step as (
    select distinct on (p.id) p.id, p.words, case when p.version = l.version then p.n + 1 end as number, p.version, p.n
    from place p join launches l on l.id = $1
    where $2::text is null or p.id = $2
    order by p.id, p.version = l.version desc, p.version desc),
  standing as (
    select e.id as enrolment_id, e.contact_id, e.mailbox_id, e.sequence_id, r.id as step_id, r.words ->> 'kind' as kind,
      k.standing, k.standing in ('sent', 'done') as got,
      case k.standing
        when 'sent' then null
        when 'done' then null
        when 'bounced' then 'bounced_later'
        when 'unknown' then 'answer_lost'
        when 'sending' then 'sending'
        when 'planned' then ${heldBy}
        when 'held' then ${heldBy}
        when 'waiting' then ${waitingFor}
        when 'task_open' then case t.state when 'open' then 'task is open' else 'not_cleared' end
        when 'refused' then coalesce(s.because, 'refused')
        when 'cancelled' then coalesce(case when s.because <> 'ended' then s.because end, ${endedBecause}, 'replied')
        when 'skipped' then case when p.n is null then 'not in their version' else 'branch' end
        else coalesce(e.because, k.standing)
      end as because,
      s.variant, s.answer_class, t.state as task_state, t.outcome as task_outcome,
      case k.standing
        when 'done' then t.done_at
        when 'cancelled' then e.ended_at
        when 'stopped' then e.ended_at
        when 'blocked' then e.ended_at
        else coalesce(s.sent_at, s.handed_at)
      end as at,
      case k.standing
        when 'planned' then ${heldUntil}
        when 'waiting' then case when e.state = 'paused' then e.resume_at when e.step = p.n then e.next_at end
        when 'task_open' then t.due_at
      end as next_at
    from enrolments e
    cross join report_step r
    join mailboxes m on m.tenant_id = e.tenant_id and m.id = e.mailbox_id
    left join full_mailbox f on f.id = m.id
    left join place p on p.version = e.version and p.id = r.id
    left join sends s on s.tenant_id = e.tenant_id and s.launch_id = $1 and s.enrolment_id = e.id and s.step = p.n
    left join tasks t on t.tenant_id = e.tenant_id and t.enrolment_id = e.id and t.step = p.n and t.kind in ('manual', 'call')
    cross join lateral (select case
      when s.state = 'sent' then case when s.because = 'bounced_later' then 'bounced' else 'sent' end
      when s.state in ('claimed', 'handing') then 'sending'
      when s.state is not null then s.state
      when t.state in ('open', 'not_cleared') then 'task_open'
      when t.state is not null then t.state
      when e.state = 'blocked' then 'blocked'
      when p.n is null or e.step > p.n or (e.state = 'finished' and e.because = 'last_step') then 'skipped'
      when e.state in ('finished', 'stopped') then 'stopped'
      else 'waiting'
    end as standing) as k
    where e.launch_id = $1)`;

/** Of a row of `standing` with its contact `c`: has opted out of the workspace's or this sequence's e-mail. */
export const optedOut = `exists (select from suppressions x where x.subject_hash in (c.address_hash, c.domain_hash)
  and x.channel in ('email', 'all') and x.scope_id in (c.tenant_id, standing.sequence_id))`;
/** May be put on a list of those who did not get the step: an opt-out binds, and what may have arrived is not sent again. */
export const mayBeListed = `(not standing.got and standing.standing not in ('unknown', 'sending') and c.id is not null)`;
/** Whether a list is proposed for the reason: the step will not come any more, and nobody wished it so. */
export const isProposed = `(standing.standing in ('bounced', 'refused', 'cancelled', 'stopped', 'blocked') and standing.because not in (${quoted(wishes)}))`;
