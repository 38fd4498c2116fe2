import { requestDeadlines } from '../domain/privacyDeadlines.ts';
import { privacyLaw, privacyTables } from './privacy.ts';

/**
 * When somebody who asked for their data must have them at the latest (P8): 45 days, 30 for Californians. Where an account's people live is
 * not asked, so the shorter one holds.
 */
export function portabilityDeadline(askedAt: Date): { dueAt: Date; basis: Record<string, unknown> } {
  const request = { receivedAt: askedAt.toISOString(), state: null, kind: 'portability' } as const;
  const { receivedDate, answer } = requestDeadlines(request, privacyTables);
  return {
    dueAt: new Date(answer.at),
    basis: { receivedAt: request.receivedAt, receivedDate, lastDay: answer.date, table: privacyLaw.version },
  };
}
