import type { BlockedBecause } from '../domain/enrolment.ts';
import type { Opening, Place } from '../domain/opening.ts';
import type { Definition } from '../domain/sequence.ts';
import { type Launch, lockLaunch } from './launches.ts';
import { want } from './outbox.ts';
import type { Tx } from './transaction.ts';
import { cohortWork } from './workflowIds.ts';

/** People of one cohort: few enough for one transaction and one workflow's rhythm, many enough that histories stay small. */
const cohortSize = 500;

/** When a person's first step may begin, counted from `from`; null: the window never opens for the zones that may be theirs. */
export type FirstOpening = (definition: Definition, place: Place, from: Date) => Opening | null;

export interface Candidate extends Place {
  contactId: string;
  companyKey: string | null;
  hasEmail: boolean;
  suppressed: boolean;
  elsewhere: boolean;
  before: boolean;
  mailboxId: string | null; // of an earlier enrolment, when it is one of this launch's: a person keeps one
}

/**
 * Takes the next few hundred people of the launch's lists in as one cohort and wants its workflow, in the caller's transaction.
 * Whoever may not be written to is recorded as blocked, with the rule. Answers whether more are left.
 */
export async function enrolBatch(
  tx: Tx,
  launchId: string,
  firstOpening: FirstOpening,
): Promise<{ more: boolean; enrolled: number }> {
  const launch = await lockLaunch(tx, launchId);
  if (launch?.state !== 'enrolling') return { more: false, enrolled: 0 };
  const [list] = await tx.rows<{ id: string; through: string | null }>(
    `select list_id as id, enrolled_through as through from launch_lists where launch_id = $1 and not done order by list_id limit 1`,
    [launchId],
  );
  if (!list) {
    await tx.run(`update launches set state = 'running' where id = $1`, [launchId]);
    return { more: false, enrolled: 0 };
  }
  const people = await candidates(tx, launch, { listId: list.id, after: list.through, limit: cohortSize });
  const enrolled = people.length > 0 ? await enrol(tx, launch, people, firstOpening) : 0;
  await tx.run(
    `update launch_lists set enrolled_through = coalesce($3, enrolled_through), done = $4 where launch_id = $1 and list_id = $2`,
    [launchId, list.id, people.at(-1)?.contactId ?? null, people.length < cohortSize],
  );
  return { more: true, enrolled };
}

/** Members of a list with what decides whether they may be enrolled, in id order. */
export async function candidates(
  tx: Tx,
  launch: Pick<Launch, 'id' | 'sequenceId'>,
  page: { listId: string; after: string | null; limit: number },
): Promise<Candidate[]> {
  return tx.rows<Candidate>(
    `select c.id as "contactId", c.company_key as "companyKey", c.zone, c.state, c.country, c.address_hash is not null as "hasEmail",
       exists (select from suppressions x where x.subject_hash in (c.address_hash, c.domain_hash)
               and x.channel in ('email', 'all') and x.scope_id in (c.tenant_id, $2)) as suppressed,
       coalesce(had.elsewhere, false) as elsewhere, coalesce(had.before, false) as before, had.mailbox as "mailboxId"
     from list_members m join contacts c on c.tenant_id = m.tenant_id and c.id = m.contact_id
     cross join lateral ( -- by contact and nothing else: before it has statistics PostgreSQL would take the index over all open enrolments
       select bool_or(e.exclusive and e.state in ('waiting', 'queued', 'paused') and e.launch_id <> $1) as elsewhere,
         bool_or(e.sequence_id = $2 and e.state <> 'blocked' and e.launch_id <> $1) as before,
         (array_agg(e.mailbox_id order by e.created_at desc) filter (where e.state <> 'blocked' and e.mailbox_id in (
            select mailbox_id from launch_mailboxes where launch_id = $1)))[1] as mailbox
       from enrolments e where e.contact_id = c.id) as had
     where m.list_id = $3 and ($4::uuid is null or m.contact_id > $4)
     order by m.contact_id limit $5`,
    [launch.id, launch.sequenceId, page.listId, page.after, page.limit],
  );
}

/** The rule that keeps a candidate out, apart from the window; null: may be enrolled. */
export function blockedBecause(candidate: Candidate, launch: Pick<Launch, 'definition' | 'reEnter'>): BlockedBecause | null {
  if (!candidate.hasEmail && launch.definition.steps.some((step) => step.kind === 'email')) return 'no_email';
  if (candidate.suppressed) return 'suppressed';
  if (launch.reEnter !== 'any_time' && candidate.elsewhere) return 'in_another_sequence';
  if (launch.reEnter === 'once' && candidate.before) return 'was_in_this_sequence';
  return null;
}

async function enrol(tx: Tx, launch: Launch, people: Candidate[], firstOpening: FirstOpening): Promise<number> {
  // Of the open ones, which an index holds: the number of a cohort in which everybody has ended may come again.
  const { now, cohort } = await tx.row<{ now: Date; cohort: number }>(
    `select decorum.now() as now, coalesce(max(cohort), 0) + 1 as cohort from enrolments
     where launch_id = $1 and state in ('waiting', 'queued', 'paused')`,
    [launch.id],
  );
  const mailboxes = await tx.rows<{ id: string }>(
    `select mailbox_id as id from launch_mailboxes where launch_id = $1 order by 1`,
    [launch.id],
  );
  const rows = people.map((person, index) => {
    const opening = firstOpening(launch.definition, person, now);
    const because = blockedBecause(person, launch) ?? (opening ? null : 'window_never_opens');
    const mailboxId = person.mailboxId ?? mailboxes[(index + cohort) % mailboxes.length]?.id;
    return { contactId: person.contactId, mailboxId, because, nextAt: because ? null : opening?.at };
  });
  const unblocked = await lookAgain(tx, launch, rows, cohort);
  const insert = `
    insert into enrolments (tenant_id, launch_id, sequence_id, version, cohort, contact_id, mailbox_id, mail_key, exclusive, state, because, next_at, ended_at)
    select decorum.tenant(), $2, $3, $4, case when p.because is null then $5 else 0 end, p."contactId", p."mailboxId",
      substr(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 1, 10), $6,
      case when p.because is null then 'waiting' else 'blocked' end, p.because, p."nextAt", case when p.because is null then null else decorum.now() end
    from jsonb_to_recordset($1::jsonb) as p("contactId" uuid, "mailboxId" uuid, because text, "nextAt" timestamptz)`;
  const values = [launch.id, launch.sequenceId, launch.version, cohort, launch.reEnter !== 'any_time'];
  const { enrolled } = await tx.row<{ enrolled: number }>(
    `with made as (${insert} on conflict do nothing returning state) select count(*) filter (where state = 'waiting') as enrolled from made`,
    [JSON.stringify(rows), ...values],
  );
  // Whoever another launch took in since the look: the unique key refused them above, and the rep shall see why.
  const blocked = rows.map((row) => ({ ...row, because: row.because ?? 'in_another_sequence', nextAt: null }));
  await tx.run(`${insert} on conflict (tenant_id, launch_id, contact_id) do nothing`, [JSON.stringify(blocked), ...values]);
  if (enrolled + unblocked > 0) await want(tx, [cohortWork(tx.tenantId, launch.id, cohort)]);
  return enrolled + unblocked;
}

interface Judged {
  contactId: string;
  mailboxId: string | undefined;
  because: BlockedBecause | null;
  nextAt: Date | null | undefined;
}

/** Whoever this launch had blocked is judged anew when a list is taken up again: enters now, or is kept out by another rule. */
async function lookAgain(tx: Tx, launch: Launch, people: readonly Judged[], cohort: number): Promise<number> {
  const { entered } = await tx.row<{ entered: number }>(
    `with given as (select * from jsonb_to_recordset($2::jsonb) as p("contactId" uuid, "mailboxId" uuid, because text, "nextAt" timestamptz)),
     judged as (
       update enrolments e set state = case when p.because is null then 'waiting' else 'blocked' end, because = p.because, next_at = p."nextAt",
         cohort = case when p.because is null then $3 else 0 end, mailbox_id = p."mailboxId", version = $4,
         ended_at = case when p.because is null then null else decorum.now() end
       from given p where e.launch_id = $1 and e.contact_id = p."contactId" and e.state = 'blocked' and e.because is distinct from p.because
       returning e.id, e.state, e.step, e.because),
     told as (
       insert into enrolment_events (tenant_id, enrolment_id, kind, step, because)
       select decorum.tenant(), id, case state when 'waiting' then 'unblocked' else 'blocked' end, step, because from judged)
     select count(*) filter (where state = 'waiting') as entered from judged`,
    [launch.id, JSON.stringify(people), cohort, launch.version],
  );
  return entered;
}
