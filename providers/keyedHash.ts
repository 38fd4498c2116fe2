import { createHash, createHmac, hash } from 'node:crypto';

/**
 * The name under which a person stays suppressed after the address itself is deleted (P7 deletes it, P11 forbids the next mail):
 * HMAC-SHA-256 under a key of the tenant, which derives from the platform's key and so outlives the tenant's own.
 * Inside is the plain SHA-256 of the canonical address, because suppression lists of other tools come as such hashes.
 */
export function addressHash(platformKey: Buffer, tenantId: string, canonicalAddress: string): Buffer {
  return addressHashOfSha256(platformKey, tenantId, createHash('sha256').update(canonicalAddress).digest());
}

/** The subject of a whole domain is the string `@` + domain, which no address can be. */
export function domainHash(platformKey: Buffer, tenantId: string, canonicalDomain: string): Buffer {
  return addressHash(platformKey, tenantId, `@${canonicalDomain}`);
}

/** For an imported hash: the SHA-256 of a canonical address, or of `@` + domain. */
export function addressHashOfSha256(platformKey: Buffer, tenantId: string, sha256: Buffer): Buffer {
  if (sha256.length !== 32) throw new RangeError(`A SHA-256 has 32 bytes, not ${sha256.length}.`);
  return createHmac('sha256', tenantKey(platformKey, tenantId)).update(sha256).digest();
}

export interface AddressHasher {
  (canonicalAddress: string): Buffer;
  /** For an imported hash. */
  ofSha256(sha256: Buffer): Buffer;
}

/**
 * The address hash for many addresses of one tenant, whose key is derived once. HMAC (RFC 2104) by its own definition: an object for
 * each of a million addresses takes five times as long as the hashes themselves.
 */
export function addressHasher(platformKey: Buffer, tenantId: string): AddressHasher {
  const key = tenantKey(platformKey, tenantId);
  const inner = padded(key, 0x36);
  const outer = padded(key, 0x5c);
  const keyed = (): Buffer => {
    outer.write(hash('sha256', inner, 'binary'), BLOCK_BYTES, 'latin1');
    return Buffer.from(hash('sha256', outer, 'binary'), 'latin1');
  };
  const ofAddress = (canonicalAddress: string): Buffer => {
    inner.write(hash('sha256', canonicalAddress, 'binary'), BLOCK_BYTES, 'latin1');
    return keyed();
  };
  const ofSha256 = (sha256: Buffer): Buffer => {
    sha256.copy(inner, BLOCK_BYTES, 0, 32);
    return keyed();
  };
  return Object.assign(ofAddress, { ofSha256 });
}

const BLOCK_BYTES = 64; // of SHA-256

/** The key, shorter than a block, under the pad; behind it is room for a digest. */
function padded(key: Buffer, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES + 32, pad);
  for (const [at, byte] of key.entries()) block[at] = byte ^ pad;
  return block;
}

function tenantKey(platformKey: Buffer, tenantId: string): Buffer {
  if (platformKey.length < 32) throw new RangeError('The platform key for address hashes must have at least 32 bytes.');
  return createHmac('sha256', platformKey).update(`address:${tenantId}`).digest();
}
