import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from 'node:crypto';

export interface EvidenceSigner {
  /** SubjectPublicKeyInfo in PEM: whoever has it can check a bundle, and could not have made one. */
  readonly publicKey: string;
  /** Ed25519, base64. */
  sign(bytes: Buffer): string;
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, 7, up to the 32 bytes of the key

/** `platformKey`: the one that never changes, so that a bundle of years ago still verifies. */
export function evidenceSigner(platformKey: Buffer): EvidenceSigner {
  const seed = Buffer.from(hkdfSync('sha256', platformKey, Buffer.alloc(0), 'decorum breach evidence 1', 32));
  const key: KeyObject = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
  return {
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    sign: (bytes) => sign(null, bytes, key).toString('base64'),
  };
}
