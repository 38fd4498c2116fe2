import type { Database } from '../../db/transaction.ts';
import type { SinkRecord } from '../../test/doubles/sinkServer.ts';
import type { FaultTenant } from './tenant.ts';

export interface Unsubscribed {
  address: string;
  /** When the 200 had come, on the machine's monotonic clock. */
  answeredAtNs: bigint;
}

export interface Verdict {
  /** Messages whose DATA was answered with 250. */
  sent: number;
  /** Accepted more than once for the same enrolment and step. */
  duplicates: number;
  /** DATA begun after the return of that person's 200. */
  begunAfterUnsubscribe: number;
  /** Enrolments neither finished, stopped nor waiting for a person to settle an unknown outcome. */
  lost: number;
  unknown: number;
}

/** Holds what reached the mail server against what was promised. */
export async function judge(
  db: Database,
  tenant: FaultTenant,
  records: readonly SinkRecord[],
  unsubscribed: readonly Unsubscribed[],
): Promise<Verdict> {
  const accepted = new Map<string, number>();
  for (const { acceptedAtNs, ids } of records) {
    if (acceptedAtNs === null) continue;
    const key = `${ids.enrolment} ${ids.step}`;
    accepted.set(key, (accepted.get(key) ?? 0) + 1);
  }
  const counts = [...accepted.values()];
  const answers = new Map(unsubscribed.map(({ address, answeredAtNs }) => [address, answeredAtNs]));
  const begunAfter = records.filter(({ to, dataAtNs }) => {
    const answeredAtNs = answers.get(to);
    return answeredAtNs !== undefined && dataAtNs > answeredAtNs;
  });
  const { lost, unknown } = await db.inTenant(tenant.tenantId, (tx) =>
    tx.row<{ lost: number; unknown: number }>(
      `select $1 - count(*) filter (where state in ('finished', 'stopped', 'blocked') or because = 'unknown_outcome') as lost,
         (select count(*) from sends where state = 'unknown') as unknown
       from enrolments`,
      [tenant.people.length],
    ),
  );
  return {
    sent: counts.reduce((sum, count) => sum + count, 0),
    duplicates: counts.filter((count) => count > 1).length,
    begunAfterUnsubscribe: begunAfter.length,
    lost,
    unknown,
  };
}
