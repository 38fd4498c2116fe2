import type { VariantId } from '../domain/sequence.ts';
import { arrived, responses } from './responses.ts';
import type { Tx } from './transaction.ts';

/** Messages of one step in one wording over one mailbox: a person has one of them at most, so messages are people. */
export interface StepTraffic {
  stepId: string;
  /** Null: the step has one wording only. */
  variant: VariantId | null;
  mailboxId: string;
  sent: number;
  bouncedLater: number;
  unknown: number;
  refused: number;
  /** Took it and did not send it back; of these are the next four. */
  reached: number;
  replied: number;
  autoReplied: number;
  unsubscribed: number;
  complained: number;
}

/** The messages of a sequence that left in [from, to), and what came back of them, whenever that was; a step is known by its id. */
export function stepTraffic(tx: Tx, sequenceId: string, { from, to }: { from: Date; to: Date }): Promise<StepTraffic[]> {
  const back = (kind: string) => `count(*) filter (where ${arrived} and '${kind}' = any(r.kinds))`;
  return tx.rows<StepTraffic>(
    `with response as (${responses}),
     came as (select enrolment_id, step, array_agg(distinct kind) as kinds from response group by 1, 2),
     counted as (
       select e.version, s.step, s.variant, s.mailbox_id, count(*) filter (where s.state = 'sent') as sent,
         count(*) filter (where s.state = 'sent' and s.because = 'bounced_later') as bounced, count(*) filter (where s.state = 'unknown') as unknown,
         count(*) filter (where s.state = 'refused') as refused, count(*) filter (where ${arrived}) as reached,
         ${back('replied')} as replied, ${back('auto_replied')} as auto, ${back('unsubscribed')} as unsubscribed, ${back('complained')} as complained
       from sends s
       join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
       left join came r on r.enrolment_id = s.enrolment_id and r.step = s.step
       where s.sequence_id = $2 and s.state in ('sent', 'unknown', 'refused')
         and coalesce(s.sent_at, s.handed_at, s.counted_at) >= $3 and coalesce(s.sent_at, s.handed_at, s.counted_at) < $4
       group by 1, 2, 3, 4)
     select coalesce(v.definition -> 'steps' -> c.step ->> 'id', '') as "stepId", c.variant, c.mailbox_id as "mailboxId",
       sum(sent)::bigint as sent, sum(bounced)::bigint as "bouncedLater", sum(unknown)::bigint as unknown, sum(refused)::bigint as refused,
       sum(reached)::bigint as reached, sum(replied)::bigint as replied, sum(auto)::bigint as "autoReplied",
       sum(unsubscribed)::bigint as unsubscribed, sum(complained)::bigint as complained
     from counted c join sequence_versions v on v.sequence_id = $2 and v.version = c.version
     group by 1, 2, 3 order by min(c.step), 1, 2 nulls first, 3`,
    [null, sequenceId, from, to],
  );
}
