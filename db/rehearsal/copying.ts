import { createLaunch } from '../launches.ts';
import type { Database, Tx } from '../transaction.ts';
import { copyRows, type Road } from './rowCopies.ts';
import type { Rehearsal } from './rehearsals.ts';

const page = 1000;

/**
 * Copies into the rehearsal's tenant what decides when the launch's messages go: its lists' people with their opt-outs, their other
 * enrolments and their touches; the mailboxes with what they have sent and what else waits for them; stops and limits. Users lose their
 * log-in, mailboxes their transport. Bears repetition. False: it was cancelled meanwhile.
 */
export async function copyPlan(
  db: Database,
  tenantId: string,
  rehearsal: Rehearsal,
  isCancelled: () => Promise<boolean>,
): Promise<boolean> {
  const road: Road = { db, from: tenantId, to: rehearsal.copyId };
  await db.inTenant(tenantId, (tx) => tx.run(`select decorum.open_rehearsal($1)`, [rehearsal.copyId]));
  await copyGround(road, rehearsal);
  for (let after: string | null = null; ; ) {
    if (await isCancelled()) return false;
    const people: string[] = await db.inTenant(tenantId, (tx) => nextPeople(tx, rehearsal, after));
    if (people.length > 0) await copyPeople(road, rehearsal, people);
    after = people.at(-1) ?? null;
    if (people.length < page) break;
  }
  const { sequenceId, version, listIds, mailboxIds, reEnter, createdBy } = rehearsal;
  const launchId = await db.inTenant(rehearsal.copyId, async (tx) => {
    // What was at the wire at that instant counts as gone; what was only claimed is planned.
    await tx.run(`update sends set state = 'sent', sent_at = coalesce(handed_at, decorum.now()) where state = 'handing'`);
    await tx.run(`update sends set state = 'planned', claim_id = null where state = 'claimed'`);
    const plan = { sequenceId, version, listIds, mailboxIds, reEnter, createdBy, requestKey: `rehearsal ${rehearsal.id}` };
    return (await createLaunch(tx, plan)).id;
  });
  await db.inTenant(tenantId, (tx) =>
    tx.run(`update rehearsals set state = 'playing', launch_id = $2, reached_at = from_at where id = $1 and state = 'copying'`, [
      rehearsal.id,
      launchId,
    ]),
  );
  return true;
}

/** What is not about one person. */
async function copyGround(road: Road, rehearsal: Rehearsal): Promise<void> {
  const copy = (table: string, where = 'true', instead: Record<string, string> = {}, values: unknown[] = []) =>
    copyRows(road, { table, where, instead, values });
  await copy('users', 'true', {
    email: `r.id || '@rehearsal.invalid'`, // one log-in name over all tenants
    password_hash: `'none'`,
    totp_secret: 'null',
    totp_confirmed_at: 'null',
    totp_last_step: 'null',
  });
  const noTransport = { smtp_host: `'rehearsal.invalid'`, smtp_user: 'null', smtp_secret: 'null', dkim_secret: `''` };
  await copy('mailboxes', 'true', noTransport);
  await copy('mailbox_days');
  await copy('sequences');
  await copy(
    'sequence_versions',
    `t.sequence_id = $1 or exists (select from launches l where l.sequence_id = t.sequence_id)`,
    {},
    [rehearsal.sequenceId],
  );
  await copy('launches');
  await copy('lists', 't.id = any($1)', {}, [rehearsal.listIds]);
  const { from, to } = road;
  await copy('sending_stops', 'true', { scope_id: `case when r.scope_id = '${from}' then '${to}'::uuid else r.scope_id end` });
  await copy('rehearsals', 't.id = $1', {}, [rehearsal.id]); // what the copy predicts is written in the copy, and carried home at the end
}

/** Whoever is in the lists, and whoever else waits for one of the mailboxes or was written to from it within a day; in id order. */
async function nextPeople(tx: Tx, { listIds, mailboxIds }: Rehearsal, after: string | null): Promise<string[]> {
  const people = await tx.rows<{ id: string }>(
    `select id from (
       select contact_id as id from list_members where list_id = any($1)
       union select contact_id from enrolments where mailbox_id = any($2) and state in ('waiting', 'queued', 'paused')
       union select contact_id from sends where mailbox_id = any($2) and counted_at > decorum.now() - interval '24 hours') as people
     where $3::uuid is null or id > $3 order by id limit ${page}`,
    [listIds, mailboxIds, after],
  );
  return people.map(({ id }) => id);
}

async function copyPeople(road: Road, { listIds }: Rehearsal, people: readonly string[]): Promise<void> {
  const { from, to } = road;
  const noAnchors = { company_id: 'null', import_id: 'null', import_row: 'null', owner_id: 'null' };
  const ofThem = 't.contact_id = any($1)';
  const values = [people];
  await copyRows(road, { table: 'contacts', where: 't.id = any($1)', values, instead: noAnchors });
  await copyRows(road, {
    table: 'list_members',
    where: `${ofThem} and t.list_id = any($2)`,
    values: [people, listIds],
    wanted: 'exists (select from contacts c where c.id = r.contact_id)', // deleted between the two looks
  });
  await copyRows(road, {
    table: 'suppressions',
    where: `t.subject_hash in (select address_hash from contacts where id = any($1) union select domain_hash from contacts where id = any($1))`,
    values,
    instead: { scope_id: `case when r.scope_id = '${from}' then '${to}'::uuid else r.scope_id end` },
  });
  await copyRows(road, { table: 'contact_touches', where: ofThem, values });
  await copyRows(road, {
    table: 'company_first_touches',
    where: `t.company_key in (select company_key from contacts where id = any($1)) and t.day >= (decorum.now() at time zone 'UTC')::date`,
    values,
  });
  await copyRows(road, {
    table: 'enrolments',
    where: `${ofThem} and t.state <> 'blocked'`,
    values,
    instead: { mail_key: `substr(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 1, 10)` }, // no reply finds its way here
    wanted: `exists (select from launches l where l.id = r.launch_id) and exists (select from mailboxes m where m.id = r.mailbox_id)`,
  });
  await copyRows(road, {
    table: 'sends',
    where: `${ofThem} and (t.state in ('planned', 'held', 'claimed', 'handing') or t.counted_at > decorum.now() - interval '24 hours')`,
    values,
    instead: { message_id: 'null' },
    wanted: 'exists (select from enrolments e where e.id = r.enrolment_id)',
  });
}
