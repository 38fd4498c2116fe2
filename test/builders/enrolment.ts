import { randomUUID } from 'node:crypto';
import type { Tx } from '../../db/transaction.ts';
import type { EnrolmentState } from '../../domain/enrolment.ts';

/** A running launch of version 1 of a sequence over one mailbox, with nobody in it yet. Answers its id. */
export async function newLaunch(
  tx: Tx,
  { sequenceId, mailboxId, by }: { sequenceId: string; mailboxId: string; by: string },
): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into launches (tenant_id, sequence_id, version, request_key, state, created_by)
     values (decorum.tenant(), $1, 1, $2, 'running', $3) returning id`,
    [sequenceId, randomUUID(), by],
  );
  await tx.run(`insert into launch_mailboxes (tenant_id, launch_id, mailbox_id) values (decorum.tenant(), $1, $2)`, [
    id,
    mailboxId,
  ]);
  return id;
}

export interface NewEnrolment {
  id: string;
  mailKey: Buffer;
}

/** A person in cohort 1 of a launch who waits for step 0 since now, unless said otherwise. */
export async function newEnrolment(
  tx: Tx,
  facts: {
    launchId: string;
    contactId: string;
    mailboxId: string;
    state?: EnrolmentState;
    because?: string;
    step?: number;
    nextAt?: Date;
    /** Of a launch in which the person may be besides another one. */
    exclusive?: boolean;
    cohort?: number;
  },
): Promise<NewEnrolment> {
  return tx.row<NewEnrolment>(
    `insert into enrolments (tenant_id, launch_id, sequence_id, version, cohort, contact_id, mailbox_id, mail_key, state, because, step, next_at, exclusive)
     select tenant_id, id, sequence_id, version, $9, $2, $3, substr(uuid_send(gen_random_uuid()), 1, 10), $4, $5, $6, coalesce($7, decorum.now()), $8
     from launches where id = $1 returning id, mail_key as "mailKey"`,
    [
      facts.launchId,
      facts.contactId,
      facts.mailboxId,
      facts.state ?? 'waiting',
      facts.because ?? null,
      facts.step ?? 0,
      facts.nextAt ?? null,
      facts.exclusive ?? true,
      facts.cohort ?? 1,
    ],
  );
}

/** The message of a step, in any state: `sent` an hour ago unless said otherwise. Answers its id. */
export async function newSend(
  tx: Tx,
  facts: { enrolmentId: string; step?: number; state?: 'planned' | 'handing' | 'sent' | 'unknown'; messageId?: string },
): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into sends (tenant_id, enrolment_id, launch_id, sequence_id, contact_id, mailbox_id, step, state, priority, due_at, expires_at,
                        address_hash, domain_hash, company_key, counted_at, handed_at, sent_at, wire_until, message_id)
     select e.tenant_id, e.id, e.launch_id, e.sequence_id, e.contact_id, e.mailbox_id, $2, $3, case when $2 = 0 then 1 else 0 end,
       decorum.now(), decorum.now() + interval '8 hours', c.address_hash, c.domain_hash, c.company_key,
       case when $3 <> 'planned' then decorum.now() - interval '1 hour' end, case when $3 <> 'planned' then decorum.now() - interval '1 hour' end,
       case when $3 = 'sent' then decorum.now() - interval '1 hour' end,
       case when $3 = 'handing' then clock_timestamp() + interval '8 s' end, $4
     from enrolments e join contacts c on c.tenant_id = e.tenant_id and c.id = e.contact_id where e.id = $1 returning id`,
    [facts.enrolmentId, facts.step ?? 0, facts.state ?? 'sent', facts.messageId ?? null],
  );
  return id;
}
