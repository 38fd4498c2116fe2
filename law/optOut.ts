import { requestDeadlines } from '../domain/privacyDeadlines.ts';
import { privacyLaw, privacyTables } from './privacy.ts';

/** When an opt-out must be honoured at the latest: ten business days (15 U.S.C. 7704(a)(4)(A)), and the facts that the date follows from. */
export function optOutDeadline(askedAt: Date): { dueAt: Date; basis: Record<string, unknown> } {
  const request = { receivedAt: askedAt.toISOString(), state: null, kind: 'unsubscribe' } as const;
  const { receivedDate, answer } = requestDeadlines(request, privacyTables);
  return {
    dueAt: new Date(answer.at),
    basis: { receivedAt: request.receivedAt, receivedDate, lastDay: answer.date, businessDays: 10, table: privacyLaw.version },
  };
}
