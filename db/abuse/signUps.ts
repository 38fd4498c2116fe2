import type { Tx } from '../transaction.ts';

/** Notes from where the workspace was opened: a keyed hash, so that many from one place can be told to be so, and not which place. */
export async function noteSignUp(tx: Tx, placeHash: Buffer): Promise<void> {
  await tx.run(`insert into sign_up_places (tenant_id, place_hash) values (decorum.tenant(), $1)`, [placeHash]);
}
