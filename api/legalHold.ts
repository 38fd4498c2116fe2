import { isAccountHeld } from '../db/legalHolds.ts';
import type { Tx } from '../db/transaction.ts';
import { Problem } from './problem.ts';

/** For whatever deletes something of a workspace by hand (P7). People have holds of their own (api/routes/contacts.ts). */
export async function mayDelete(tx: Tx): Promise<void> {
  if (await isAccountHeld(tx))
    throw new Problem('conflict', 'A legal hold covers this account: nothing of it is deleted before it is released.');
}
