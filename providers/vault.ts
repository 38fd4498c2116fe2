import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Keeps P5 ("stored encrypted with AES-256"): credentials at rest, in the layout of Fernet
 * (version, time, IV, ciphertext, HMAC-SHA-256; https://github.com/fernet/spec) with a key twice as long,
 * because Fernet as specified has AES-128 inside. Three things differ from the specification: the version
 * byte, the key (32 bytes AES-256-CBC, then 32 bytes HMAC), and that the HMAC also covers where the secret
 * belongs, so that a ciphertext copied to another tenant or column does not open.
 */
export interface Vault {
  encrypt(secret: string | Buffer, belongsTo: Belonging): string;
  /** Opens a token under any of the keys. Throws VaultRefused when none fits. */
  decrypt(token: string, belongsTo: Belonging, options?: { maxAgeSeconds?: number }): Buffer;
  /** The same secret under the newest key; the time inside the token stays that of the first encryption. */
  rotate(token: string, belongsTo: Belonging): string;
  /** Whether the newest key opens it already. */
  isNewest(token: string, belongsTo: Belonging): boolean;
}

export interface Belonging {
  readonly tenantId: string;
  /** `table.column`, e.g. `mailboxes.smtp_password`. */
  readonly column: string;
}

/** Deliberately says no more than the caller may show: not which check failed, not a byte of the token. */
export class VaultRefused extends Error {
  override readonly name = 'VaultRefused';
}

const OUR_VERSION = 0x81;
const SPEC_VERSION = 0x80;
const VERSION_BYTES = 1;
const TIME_BYTES = 8;
const IV_BYTES = 16;
const MAC_BYTES = 32;
const BLOCK_BYTES = 16;
const HEAD_BYTES = VERSION_BYTES + TIME_BYTES + IV_BYTES;
const CLOCK_SKEW_SECONDS = 60;

interface Key {
  readonly version: typeof OUR_VERSION | typeof SPEC_VERSION;
  readonly cipher: 'aes-256-cbc' | 'aes-128-cbc';
  readonly encryption: Buffer;
  readonly signing: Buffer;
}

/** Where time and randomness come from; a test gives its own. */
export interface VaultWorld {
  nowSeconds(): number;
  iv(): Buffer;
}

const realWorld: VaultWorld = { nowSeconds: () => Math.floor(Date.now() / 1000), iv: () => randomBytes(IV_BYTES) };

/**
 * A vault over base64url keys, newest first. The newest has 64 bytes and encrypts; the older ones only open.
 * Among these, a key of 32 bytes is one of the specification: it reads tokens that were made elsewhere.
 */
export function vault(keys: readonly string[], world: VaultWorld = realWorld): Vault {
  const [newest, ...older] = keys.map(parseKey);
  if (!newest) throw new VaultRefused('The vault needs at least one key.');
  if (newest.version !== OUR_VERSION)
    throw new VaultRefused('The newest vault key must have 64 bytes: one of 32 bytes only reads.');
  const all = [newest, ...older];

  function seal(secret: Buffer, belongsTo: Belonging, atSeconds: number): string {
    const head = Buffer.alloc(VERSION_BYTES + TIME_BYTES);
    head.writeUInt8(OUR_VERSION, 0);
    head.writeBigUInt64BE(BigInt(atSeconds), VERSION_BYTES);
    const iv = world.iv();
    const cipher = createCipheriv(newest!.cipher, newest!.encryption, iv);
    const signed = Buffer.concat([head, iv, cipher.update(secret), cipher.final()]);
    return Buffer.concat([signed, macOf(newest!, signed, belongsTo)]).toString('base64url');
  }

  return {
    encrypt: (secret, belongsTo) => seal(Buffer.from(secret), belongsTo, world.nowSeconds()),
    decrypt(token, belongsTo, { maxAgeSeconds } = {}) {
      const opened = open(token, belongsTo, all);
      const ageSeconds = world.nowSeconds() - opened.atSeconds;
      if (maxAgeSeconds !== undefined && (ageSeconds > maxAgeSeconds || ageSeconds < -CLOCK_SKEW_SECONDS)) {
        throw new VaultRefused('The token is too old, or from the future.');
      }
      return opened.secret;
    },
    rotate(token, belongsTo) {
      const { secret, atSeconds } = open(token, belongsTo, all);
      return seal(secret, belongsTo, atSeconds);
    },
    isNewest(token, belongsTo) {
      try {
        open(token, belongsTo, [newest]);
        return true;
      } catch (error) {
        if (error instanceof VaultRefused) return false;
        throw error;
      }
    },
  };
}

/** A fresh key for `vault()`, to be put in front of the others. */
export function generateVaultKey(random: (bytes: number) => Buffer = randomBytes): string {
  return random(64).toString('base64url');
}

function parseKey(text: string): Key {
  const bytes = fromBase64Url(text);
  if (bytes?.length !== 64 && bytes?.length !== 32) throw new VaultRefused('A vault key is base64url of 64 random bytes.');
  // Random bytes repeat little: 64 of them have 57 different values on average, 32 have 30. A passphrase or a pattern has few.
  if (new Set(bytes).size < bytes.length / 2 || bytes.subarray(0, bytes.length / 2).equals(bytes.subarray(bytes.length / 2))) {
    throw new VaultRefused('The vault key is not random: make one with generateVaultKey().');
  }
  return bytes.length === 64
    ? { version: OUR_VERSION, cipher: 'aes-256-cbc', encryption: bytes.subarray(0, 32), signing: bytes.subarray(32) }
    : { version: SPEC_VERSION, cipher: 'aes-128-cbc', encryption: bytes.subarray(16), signing: bytes.subarray(0, 16) };
}

function open(token: string, belongsTo: Belonging, keys: readonly Key[]): { secret: Buffer; atSeconds: number } {
  const bytes = fromBase64Url(token);
  const cipherBytes = (bytes?.length ?? 0) - HEAD_BYTES - MAC_BYTES;
  if (!bytes || cipherBytes < BLOCK_BYTES || cipherBytes % BLOCK_BYTES !== 0) throw new VaultRefused('This is no vault token.');
  const signed = bytes.subarray(0, -MAC_BYTES);
  const mac = bytes.subarray(-MAC_BYTES);
  const key = keys.find(
    (candidate) => candidate.version === bytes[0] && timingSafeEqual(macOf(candidate, signed, belongsTo), mac),
  );
  if (!key) throw new VaultRefused('No vault key opens this token here.');
  const decipher = createDecipheriv(key.cipher, key.encryption, signed.subarray(VERSION_BYTES + TIME_BYTES, HEAD_BYTES));
  try {
    const secret = Buffer.concat([decipher.update(signed.subarray(HEAD_BYTES)), decipher.final()]);
    return { secret, atSeconds: Number(signed.readBigUInt64BE(VERSION_BYTES)) };
  } catch (cause) {
    throw new VaultRefused('The token has a valid MAC and a broken inside.', { cause });
  }
}

/** As in RFC 7518, 5.2.2.1, the associated data is fenced by its length, so that no other split gives the same bytes. */
function macOf(key: Key, signed: Buffer, { tenantId, column }: Belonging): Buffer {
  const mac = createHmac('sha256', key.signing).update(signed);
  if (key.version === SPEC_VERSION) return mac.digest(); // the specification knows no associated data
  const place = Buffer.from(JSON.stringify([tenantId, column]));
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(place.length));
  return mac.update(place).update(length).digest();
}

/** Strict where Buffer.from is lenient: the alphabet, with or without the padding of the specification, and one spelling only. */
function fromBase64Url(text: string): Buffer | null {
  const bare = text.replace(/={1,2}$/, '');
  const bytes = Buffer.from(bare, 'base64url');
  return bytes.toString('base64url') === bare ? bytes : null;
}
