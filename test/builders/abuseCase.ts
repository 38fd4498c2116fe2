import { openCases } from '../../db/abuse/cases.ts';
import type { Measure } from '../../domain/abuse.ts';
import type { Tx } from '../../db/transaction.ts';

/** A case about the whole workspace, as the watch opens it. Answers its id. */
export async function newAbuseCase(tx: Tx, measure: Measure): Promise<string> {
  const counts = { rows: 1_000, refused: 500 };
  await openCases(tx, [{ scope: 'tenant', scopeId: tx.tenantId, sign: 'never_collected', counts, measure }]);
  const { id } = await tx.row<{ id: string }>(`select id from abuse_cases where sign = 'never_collected' and ended_at is null`);
  return id;
}
