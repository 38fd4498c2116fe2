import { randomUUID } from 'node:crypto';
import { type InvariantName, type Invariant, invariants } from '../../db/auditor/invariants.ts';
import { recordSeen } from '../../db/auditor/findings.ts';
import { roleUrl } from '../../db/roles.ts';
import { openDatabase } from '../../db/transaction.ts';

/** What the auditor would have found there. Answers what it is about. */
export async function newFinding(ownerUrl: string, tenantId: string, invariant: InvariantName): Promise<string> {
  const watcher = openDatabase({ url: roleUrl(ownerUrl, 'decorum_watcher'), max: 1 });
  const subject = randomUUID();
  try {
    const { mends }: Invariant = invariants[invariant];
    const seen = [{ tenantId, subject, facts: {} }];
    await recordSeen(watcher, invariant, { mends, patienceSeconds: 0 }, { seen, isWhole: false });
  } finally {
    await watcher.close();
  }
  return subject;
}
