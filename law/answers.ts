import { requestDeadlines } from '../domain/privacyDeadlines.ts';
import { privacyLaw, privacyTables } from './privacy.ts';

/**
 * When somebody who asked for their data must have them at the latest (P8): 45 days, 30 for Californians. Where an account's people live is
 * not asked, so the shorter one holds.
 */
export const portabilityDeadline = (askedAt: Date): Deadline => answerDeadline(askedAt, 'portability');

/** When somebody who asked to be deleted must be gone at the latest (P8), whoever they are: the same. */
export const erasureDeadline = (askedAt: Date): Deadline => answerDeadline(askedAt, 'delete');

interface Deadline {
  dueAt: Date;
  basis: Record<string, unknown>;
}

function answerDeadline(askedAt: Date, kind: 'portability' | 'delete'): Deadline {
  const request = { receivedAt: askedAt.toISOString(), state: null, kind };
  const { receivedDate, answer } = requestDeadlines(request, privacyTables);
  return {
    dueAt: new Date(answer.at),
    basis: { receivedAt: request.receivedAt, receivedDate, lastDay: answer.date, table: privacyLaw.version },
  };
}
