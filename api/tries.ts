import { audited } from '../db/audit/log.ts';
import type { Database } from '../db/transaction.ts';

interface User {
  readonly tenantId: string;
  readonly userId: string;
}

/** Whoever a log-in name means that there is not: in no workspace. */
export const nobody: User = {
  tenantId: '00000000-0000-4000-8000-000000000000',
  userId: '00000000-0000-4000-8000-000000000000',
};

type Step =
  | 'log-in: wrong password'
  | 'log-in: code wanted'
  | 'log-in: wrong code'
  | 'confirmation: wrong password'
  | 'confirmation: wrong code';

/**
 * A try to be somebody that failed, or waits for its code, is an entry of the audit log about the user whose it is (ASVS 16.3.1). An unknown
 * log-in name has no workspace and so no entry, and is answered as late as a known one: both ask PostgreSQL equally often, and neither waits
 * for the disk.
 */
export async function leaveTry(db: Database, user: User | undefined, action: Step): Promise<void> {
  const { tenantId, userId } = user ?? nobody;
  await db.inTenant(tenantId, (tx) => audited(tx, { action, subjectKind: 'user', subjectId: userId }), { mayBeLost: true });
}
