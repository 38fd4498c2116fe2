import { createPublicKey } from 'node:crypto';
import { askDeletion } from '../../db/deletion/asking.ts';
import type { Database } from '../../db/transaction.ts';
import { closureDates } from '../../law/closure.ts';
import { newContact } from './contact.ts';
import { newUser } from './tenant.ts';

/** Asks for the deletion of a tenant that has an owner and some contacts, as the API does. */
export async function newDeletion(
  world: { db: Database; addressKey: Buffer },
  tenantId: string,
  facts: { graceDays?: number; contacts?: number } = {},
): Promise<{ tenantId: string; deletionId: string; ownerId: string; ownerEmail: string; askedAt: Date }> {
  return world.db.inTenant(tenantId, async (tx) => {
    const { id: ownerId, email: ownerEmail } = await newUser(tx, { role: 'owner', name: 'Olga Owner' });
    for (let n = 0; n < (facts.contacts ?? 3); n += 1)
      await newContact(tx, world.addressKey, { firstName: 'Zelda', lastName: 'Quixote' });
    const { id: deletionId, askedAt } = await askDeletion(
      tx,
      { byUser: ownerId, as: 'owner', graceDays: facts.graceDays ?? 14 },
      closureDates,
    );
    return { tenantId, deletionId, ownerId, ownerEmail, askedAt };
  });
}

/** The JWKS of keys in PEM, as a page of keys would show them. */
export const jwksOf = (pems: readonly string[]) => ({
  keys: pems.map((pem) => createPublicKey(pem).export({ format: 'jwk' })),
});
