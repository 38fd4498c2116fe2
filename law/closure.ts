import { closureDeadlines } from '../domain/privacyDeadlines.ts';
import { privacyLaw, privacyTables } from './privacy.ts';

/** By when a deleted account's data must be gone, live and from the backups (P7), and the facts that the dates follow from. */
export function closureDates(
  askedAt: Date,
  state: string,
): { liveDueAt: Date; backupsDueAt: Date; basis: Record<string, unknown> } {
  const request = { receivedAt: askedAt.toISOString(), state: state === '' ? null : state };
  const { receivedDate, livePurge, backupsPurged } = closureDeadlines(request, privacyTables);
  return {
    liveDueAt: new Date(livePurge.at),
    backupsDueAt: new Date(backupsPurged.at),
    basis: {
      ...request,
      receivedDate,
      lastDayLive: livePurge.date,
      lastDayBackups: backupsPurged.date,
      table: privacyLaw.version,
    },
  };
}
