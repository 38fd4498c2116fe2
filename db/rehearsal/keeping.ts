import type { Database, Tx } from '../transaction.ts';
import type { Rehearsal } from './rehearsals.ts';
import { copyRows } from './rowCopies.ts';

const page = 5000;
const predictions = ['rehearsed_touches', 'rehearsed_holds'] as const;

/** Writes down in the copy what happened in it: the calendar, and whom a rule keeps out of it. Bears repetition. */
export async function writeDown(tx: Tx, rehearsalId: string, launchId: string): Promise<void> {
  await tx.run(
    `insert into rehearsed_touches (tenant_id, rehearsal_id, contact_id, step, kind, mailbox_id, owner_id, company_key, at)
     select s.tenant_id, $1::uuid, s.contact_id, s.step, 'email', s.mailbox_id, m.owner_id, s.company_key, s.sent_at
     from sends s join mailboxes m on m.tenant_id = s.tenant_id and m.id = s.mailbox_id
     join contacts c on c.tenant_id = s.tenant_id and c.id = s.contact_id where s.launch_id = $2 and s.state = 'sent'
     union all
     select t.tenant_id, $1::uuid, t.contact_id, t.step, case t.kind when 'manual' then 'task' else 'call' end, e.mailbox_id, t.owner_id, c.company_key, t.due_at
     from tasks t join enrolments e on e.tenant_id = t.tenant_id and e.id = t.enrolment_id
     join contacts c on c.tenant_id = t.tenant_id and c.id = t.contact_id
     where e.launch_id = $2 and t.kind in ('manual', 'call') and t.step is not null
     on conflict do nothing`,
    [rehearsalId, launchId],
  );
  await tx.run(
    `insert into rehearsed_holds (tenant_id, rehearsal_id, contact_id, step, standing, because, mailbox_id, owner_id, company_key, since_at)
     select e.tenant_id, $1::uuid, e.contact_id, e.step, case e.state when 'blocked' then 'blocked' else 'stopped' end, coalesce(e.because, ''),
       e.mailbox_id, m.owner_id, c.company_key, coalesce(e.ended_at, decorum.now())
     from enrolments e join mailboxes m on m.tenant_id = e.tenant_id and m.id = e.mailbox_id
     join contacts c on c.tenant_id = e.tenant_id and c.id = e.contact_id where e.launch_id = $2 and e.state in ('blocked', 'stopped')
     union all
     select s.tenant_id, $1::uuid, s.contact_id, s.step, 'held', coalesce(s.because, ''), s.mailbox_id, m.owner_id, s.company_key, s.due_at
     from sends s join mailboxes m on m.tenant_id = s.tenant_id and m.id = s.mailbox_id
     join contacts c on c.tenant_id = s.tenant_id and c.id = s.contact_id where s.launch_id = $2 and s.state = 'held'
     on conflict do nothing`,
    [rehearsalId, launchId],
  );
}

/** Carries the predictions from the copy to the tenant, and counts them there. The contacts' ids are the same in both. */
export async function carryHome(db: Database, tenantId: string, { id, copyId, launchId }: Rehearsal): Promise<void> {
  for (const table of predictions) {
    for (let after: string | null = null; ; ) {
      const people: string[] = await db.inTenant(copyId, async (tx) =>
        (
          await tx.rows<{ id: string }>(
            `select contact_id as id from ${table} where $1::uuid is null or contact_id > $1 group by 1 order by 1 limit ${page}`,
            [after],
          )
        ).map((row) => row.id),
      );
      if (people.length === 0) break;
      await copyRows(
        { db, from: copyId, to: tenantId },
        {
          table,
          where: 't.contact_id = any($1)',
          values: [people],
          wanted: 'exists (select from contacts c where c.id = r.contact_id)', // who was deleted meanwhile is not brought back
        },
      );
      after = people.at(-1) ?? null;
    }
  }
  const { people, unfinished } = await db.inTenant(copyId, (tx) =>
    tx.row<{ people: number; unfinished: number }>(
      `select count(*) filter (where state <> 'blocked') as people,
         count(*) filter (where state in ('waiting', 'queued', 'paused')) as unfinished from enrolments where launch_id = $1`,
      [launchId],
    ),
  );
  await db.inTenant(tenantId, (tx) =>
    tx.run(
      `update rehearsals set people = $2, unfinished = $3,
         messages = (select count(*) from rehearsed_touches where rehearsal_id = $1 and kind = 'email'),
         tasks = (select count(*) from rehearsed_touches where rehearsal_id = $1 and kind <> 'email'),
         blocked = (select count(*) from rehearsed_holds where rehearsal_id = $1 and standing = 'blocked')
       where id = $1`,
      [id, people, unfinished],
    ),
  );
}

/** Erases the copies of whatever was rehearsed: for whoever ends the workflows that would have done it. */
export async function eraseCopies(db: Database, tenantId: string): Promise<void> {
  const copies = await db.inTenant(tenantId, (tx) =>
    tx.rows<{ id: string }>(
      `select copy_id as id from rehearsals where state in ('copying', 'playing')
       union select split_part(workflow_id, '/', 3)::uuid from outbox where workflow_type = 'rehearsal'`, // whose row may have gone with its sequence
    ),
  );
  for (const { id } of copies) await eraseCopy(db, tenantId, id);
}

/** Erases the copy: every row of its tenant, and the tenant. Nothing to do when it is gone. */
export async function eraseCopy(db: Database, tenantId: string, copyId: string): Promise<void> {
  await db.inTenant(tenantId, async (tx) => {
    // From the tenant's own transaction, since one cannot be begun in a tenant that is gone over a database with a clock of its own.
    await tx.run(`select set_config('decorum.tenant', $1, true)`, [copyId]);
    await tx.run(`select decorum.end_rehearsal()`);
    await tx.run(`select set_config('decorum.tenant', $1, true)`, [tenantId]);
  });
}
