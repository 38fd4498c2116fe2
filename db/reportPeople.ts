import type { VariantId } from '../domain/sequence.ts';
import { isProposed, mayBeListed, optedOut, type Standing, withStandings } from './standings.ts';
import type { Tx } from './transaction.ts';

/** A person of a launch and how they stand to one of its steps. */
export interface StepPerson {
  enrolmentId: string;
  contactId: string;
  name: string | null;
  email: string | null;
  company: string | null;
  mailboxId: string;
  mailbox: string;
  got: boolean;
  standing: Standing;
  /** Why they did not get it, or the rule that it waits for; null: they got it. */
  because: string | null;
  /** The wording of the message. */
  variant: VariantId | null;
  at: Date | null;
  nextAt: Date | null;
  optedOut: boolean;
}

export interface StepPeople {
  launchId: string;
  stepId: string;
}

/** In the order of the contacts' ids, which tells nothing; `after`: the last one of the page before. */
export function listStepPeople(
  tx: Tx,
  { launchId, stepId }: StepPeople,
  filter: { got: boolean | null; because: readonly string[] | null; variant: VariantId | null },
  page: { after: string | null; rows: number },
): Promise<StepPerson[]> {
  return tx.rows<StepPerson>(
    `${withStandings}
     select enrolment_id as "enrolmentId", contact_id as "contactId", nullif(trim(c.first_name || ' ' || c.last_name), '') as name, c.email,
       nullif(c.company_name, '') as company, mailbox_id as "mailboxId", m.address as mailbox, got, standing, because, variant, at, next_at as "nextAt",
       ${optedOut} as "optedOut"
     from standing
     join mailboxes m on m.id = mailbox_id
     left join contacts c on c.id = contact_id
     where ($3::boolean is null or got = $3) and ($4::text[] is null or because = any($4)) and ($5::uuid is null or contact_id > $5)
       and ($6::text is null or variant = $6)
     order by contact_id limit $7`,
    [launchId, stepId, filter.got, filter.because, page.after, filter.variant, page.rows],
  );
}

/** Those of a step who did not get it for one reason. */
export interface Rest {
  because: string;
  people: number;
  optedOut: number;
  /** Of them, those whom a list takes up: not who has opted out, was deleted, or may have got it after all. */
  listable: number;
  proposed: boolean;
}

/** Who did not get a step, by reason: most people first. */
export function restOf(tx: Tx, { launchId, stepId }: StepPeople): Promise<Rest[]> {
  return tx.rows<Rest>(
    `${withStandings},
     rest as materialized ( -- so that the opt-out is looked up once a person
       select because, ${isProposed} as proposed, ${mayBeListed} as known, ${optedOut} as opted_out
       from standing left join contacts c on c.id = contact_id where not got)
     select because, count(*) as people, count(*) filter (where opted_out) as "optedOut", count(*) filter (where known and not opted_out) as listable,
       bool_and(proposed) as proposed
     from rest group by 1 order by 2 desc, 1`,
    [launchId, stepId],
  );
}

/**
 * A static list of those of the rest whom the reasons mean, in the caller's transaction. The id is the request's: a request that is made
 * again, at once or a week later, finds the list that it made. Null: another list has the name.
 */
export async function listRest(
  tx: Tx,
  { launchId, stepId }: StepPeople,
  list: { id: string; name: string; because: readonly string[] | null; createdBy: string },
): Promise<{ isNew: boolean } | null> {
  const made = await tx.run(
    `insert into lists (tenant_id, id, name, source, created_by) values (decorum.tenant(), $1, $2, 'static', $3) on conflict do nothing`,
    [list.id, list.name, list.createdBy],
  );
  if (made === 0) {
    const [earlier] = await tx.rows(`select from lists where id = $1`, [list.id]);
    return earlier ? { isNew: false } : null;
  }
  await tx.run(
    `${withStandings}
     insert into list_members (tenant_id, list_id, contact_id)
     select decorum.tenant(), $3, c.id from standing join contacts c on c.id = contact_id
     where ${mayBeListed} and not ${optedOut} and case when $4::text[] is null then ${isProposed} else because = any($4) end order by c.id`,
    [launchId, stepId, list.id, list.because],
  );
  return { isNew: true };
}
