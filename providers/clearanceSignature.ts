import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/**
 * Signs the record of a clearance with Ed25519 and not with a MAC: whoever has to be convinced years later, a regulator or a court, can
 * check it with the public key alone, and could not have forged it with that.
 */
export interface ClearanceSigner {
  sign(record: string): Buffer;
  /** True under any of the keys: a rotation must not make old proof void. */
  verify(record: string, signature: Buffer): boolean;
  /** SubjectPublicKeyInfo in PEM, newest first. */
  readonly publicKeys: readonly string[];
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, 7, up to the 32 bytes of the key

/** `seeds`: 32 bytes each, newest first. */
export function clearanceSigner(seeds: readonly Buffer[]): ClearanceSigner {
  const [newest, ...older] = seeds.map(privateKey);
  if (!newest) throw new RangeError('Clearances need a key to be signed with.');
  const publics = [newest, ...older].map((key) => createPublicKey(key));
  return {
    sign: (record) => sign(null, Buffer.from(record), newest),
    verify: (record, signature) => publics.some((key) => verify(null, Buffer.from(record), key, signature)),
    publicKeys: publics.map((key) => key.export({ type: 'spki', format: 'pem' }).toString()),
  };
}

function privateKey(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
}
