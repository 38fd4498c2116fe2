import { lastsDays, type Measure } from '../../domain/abuse.ts';
import { writeLetter } from '../accountLetters.ts';
import { closeObligation } from '../obligation.ts';
import { beginLook, closeWork, endLook } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { abuseWork } from '../workflowIds.ts';
import { noteEvent } from './cases.ts';
import { putInForce } from './measures.ts';

/** What is left to do: nothing any more, or to wait so many real milliseconds (null: until the case changes). */
export type CaseWait = { isOver: true } | { isOver: false; waitMs: number | null };

interface Standing {
  measure: Measure;
  toldMeasure: Measure | null;
  isEnded: boolean;
  /** Decided or passed, and the owners have not been told. */
  isUntold: boolean;
  isAppealed: boolean;
}

/** One look of the case's workflow: the owners are told what they have not been told yet, and a measure that has had its time passes. */
export async function workOn(tx: Tx, caseId: string): Promise<CaseWait> {
  const { workflowId } = abuseWork(tx.tenantId, caseId);
  await beginLook(tx, workflowId);
  const [standing] = await tx.rows<Standing>(
    `select measure, told_measure as "toldMeasure", ended_at is not null as "isEnded", state = 'appealed' as "isAppealed",
       decided_at is not null and told_decision_at is null as "isUntold"
     from abuse_cases where id = $1 for update`,
    [caseId],
  );
  if (standing) await tell(tx, caseId, standing);
  if (!standing || standing.isEnded) return { isOver: await closeWork(tx, workflowId), waitMs: 0 };
  const days = lastsDays[standing.measure];
  if (days === null || standing.isAppealed) {
    await endLook(tx, workflowId, null);
    return { isOver: false, waitMs: null };
  }
  const { endsAt, waitMs } = await tx.row<{ endsAt: Date; waitMs: number }>(
    `select seen_at + make_interval(days => $2) as "endsAt", decorum.wait_ms(seen_at + make_interval(days => $2)) as "waitMs" from abuse_cases where id = $1`,
    [caseId, days],
  );
  if (waitMs > 0) {
    await endLook(tx, workflowId, endsAt);
    return { isOver: false, waitMs };
  }
  await pass(tx, caseId);
  return { isOver: await closeWork(tx, workflowId), waitMs: 0 };
}

async function tell(tx: Tx, caseId: string, { measure, toldMeasure, isEnded, isUntold }: Standing): Promise<void> {
  if (!isEnded && toldMeasure !== measure) {
    await writeToOwners(tx, `abuse_${measure}`);
    await tx.run(`update abuse_cases set told_measure = measure where id = $1`, [caseId]);
    await noteEvent(tx, caseId, 'told', null);
  }
  if (!isUntold) return;
  await writeToOwners(tx, isEnded ? 'abuse_lifted' : 'abuse_upheld');
  await tx.run(`update abuse_cases set told_decision_at = decorum.now() where id = $1`, [caseId]);
}

/** The sign was not seen again for as long as the measure lasts. */
async function pass(tx: Tx, caseId: string): Promise<void> {
  await tx.run(`update abuse_cases set state = 'ended', ended_at = decorum.now(), ended_because = 'passed' where id = $1`, [
    caseId,
  ]);
  await noteEvent(tx, caseId, 'passed', null);
  await closeObligation(tx, 'abuse.appeal', caseId, { decision: 'passed' });
  await putInForce(tx);
  await writeToOwners(tx, 'abuse_lifted');
}

type AbuseLetter = `abuse_${Measure}` | 'abuse_lifted' | 'abuse_upheld';

async function writeToOwners(tx: Tx, kind: AbuseLetter): Promise<void> {
  const owners = await tx.rows<{ id: string; email: string }>(
    `select id, email from users where role = 'owner' and deactivated_at is null order by id`,
  );
  for (const { id, email } of owners) await writeLetter(tx, { kind, address: email, userId: id });
}
