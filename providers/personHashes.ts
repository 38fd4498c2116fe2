import { canonicalAddress } from '../domain/address.ts';
import { phoneNumber } from '../domain/phoneNumber.ts';
import { addressHasher } from './keyedHash.ts';

/** By which an erased person is known again. */
export interface PersonHashes {
  address: Buffer | null;
  number: Buffer | null;
  /** Stays the same when address and number change: a backup of before the change has the person under the old ones. */
  id: Buffer;
}

/** The keyed hashes of one tenant's people. No address and no number is spelled like an id, so all three may lie in one place. */
export function personHasher(
  addressKey: Buffer,
  tenantId: string,
): (person: { id: string; email: string | null; phone: string | null }) => PersonHashes {
  const hash = addressHasher(addressKey, tenantId);
  return ({ id, email, phone }) => {
    const canonical = email === null ? null : canonicalAddress(email);
    return {
      address: canonical?.ok ? hash(canonical.canonical) : null,
      number: phone === null ? null : hash(phoneNumber(phone) ?? phone),
      id: hash(id),
    };
  };
}
