import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { type Composed, compose, type HeaderField } from './compose.ts';

/**
 * DKIM signatures (RFC 6376; ed25519 by RFC 8463), relaxed/relaxed. The private key is parsed once (a PEM string parsed for each
 * message halves the rate) and the arithmetic runs in libuv's thread pool, so that the event loop goes on talking to mail servers.
 */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly privateKey: KeyObject;
  /** The private key once more for each signature under way at the same time. */
  nextCopy(): KeyObject;
}

export class DkimRefused extends Error {
  override readonly name = 'DkimRefused';
}

/**
 * What is signed when present. RFC 8058, 4 wants both List-Unsubscribe headers covered. From is listed once more than it occurs, so
 * that a second From added on the way breaks the signature (RFC 6376, 8.15).
 */
const SIGNED = new Set([
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]);
const FOLD = 72;
const LEAST_RSA_BITS = 2048;
/** Node locks a key object while it signs with it: asked for the next signature the event loop itself would wait for the one before. */
const COPIES = 32;

const signInThreadPool = promisify<string | null, Buffer, KeyObject, Buffer>((algorithm, data, key, done) =>
  sign(algorithm, data, key, done),
);

export function loadDkimKey({
  domain,
  selector,
  privateKeyPem,
}: {
  domain: string;
  selector: string;
  privateKeyPem: string;
}): DkimKey {
  if (!/^[a-z0-9.-]{1,253}$/.test(domain)) throw new DkimRefused('The DKIM domain must be a domain name in ASCII.');
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]{0,62})$/.test(selector)) throw new DkimRefused('The DKIM selector must be a DNS label.');
  const privateKey = parsePrivateKey(privateKeyPem);
  const copies: KeyObject[] = [];
  let signatures = 0;
  const nextCopy = (): KeyObject => (copies[signatures++ % COPIES] ??= parsePrivateKey(privateKeyPem));
  if (privateKey.asymmetricKeyType === 'ed25519') return { domain, selector, algorithm: 'ed25519-sha256', privateKey, nextCopy };
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (privateKey.asymmetricKeyType !== 'rsa') throw new DkimRefused('A DKIM key is RSA or ed25519.');
  if (bits < LEAST_RSA_BITS)
    throw new DkimRefused(`The DKIM key has ${bits} bits; receivers expect ${LEAST_RSA_BITS} (RFC 8301).`);
  return { domain, selector, algorithm: 'rsa-sha256', privateKey, nextCopy };
}

/** The DKIM-Signature header for a message, to be put on top of it. */
export async function signDkim(message: Composed, key: DkimKey, at: Date): Promise<HeaderField> {
  const { unsigned, data } = toBeSigned(message, key, at);
  const signature =
    key.algorithm === 'rsa-sha256'
      ? await signInThreadPool('sha256', data, key.nextCopy())
      : await signInThreadPool(null, sha256(data), key.nextCopy());
  return {
    name: 'DKIM-Signature',
    value: unsigned + signature.toString('base64').replaceAll(new RegExp(`.{${FOLD}}(?=.)`, 'g'), '$&\r\n '),
  };
}

/** The TXT record to publish at `<selector>._domainkey.<domain>`. */
export function dkimRecord({ algorithm, privateKey }: DkimKey): string {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  // RFC 8463, 4: of an ed25519 key the bare 32 bytes are published, the last ones of its SubjectPublicKeyInfo.
  return algorithm === 'rsa-sha256'
    ? `v=DKIM1; k=rsa; p=${spki.toString('base64')}`
    : `v=DKIM1; k=ed25519; p=${spki.subarray(-32).toString('base64')}`;
}

/**
 * Signs a sample and verifies it, with the published record when there is one: to be asked when a mailbox is added and after each
 * change of its key, because mail servers do not complain about a signature that nobody can verify.
 */
export async function verifyTestSignature(
  key: DkimKey,
  publishedRecord: string = dkimRecord(key),
): Promise<{ verified: true } | { verified: false; reason: string }> {
  const publicKey = publicKeyOf(publishedRecord, key.algorithm);
  if (!publicKey) return { verified: false, reason: 'The published record holds no public key of this kind.' };
  const at = new Date(0);
  const address = `test@${key.domain}`;
  const links = { url: 'https://localhost/u', mailto: `mailto:${address}` };
  const sample = compose({
    from: { address },
    to: { address },
    subject: 'Test',
    sentAt: at,
    messageId: `<test@${key.domain}>`,
    text: 'Test',
    unsubscribe: links,
  });
  const { unsigned, data } = toBeSigned(sample, key, at);
  const { value } = await signDkim(sample, key, at);
  const signature = Buffer.from(value.slice(unsigned.length), 'base64');
  const isRsa = key.algorithm === 'rsa-sha256';
  return verify(isRsa ? 'sha256' : null, isRsa ? data : sha256(data), publicKey, signature)
    ? { verified: true }
    : { verified: false, reason: 'The published record belongs to another private key.' };
}

function toBeSigned({ headers, body }: Composed, key: DkimKey, at: Date): { unsigned: string; data: Buffer } {
  const signed = headers.filter(({ name }) => SIGNED.has(name.toLowerCase()));
  const names = [...signed.map(({ name }) => name.toLowerCase()), 'from'];
  const unsigned =
    `v=1; a=${key.algorithm}; c=relaxed/relaxed; d=${key.domain};\r\n s=${key.selector}; t=${Math.floor(at.getTime() / 1000)};\r\n` +
    ` h=${names.join(':\r\n  ')};\r\n bh=${sha256(relaxedBody(body)).toString('base64')};\r\n b=`;
  const lines = signed.map(({ name, value }) => relaxedHeader(name, value));
  lines.push(relaxedHeader('DKIM-Signature', unsigned));
  return { unsigned, data: Buffer.from(lines.join('\r\n')) };
}

/** RFC 6376, 3.4.2. */
function relaxedHeader(name: string, value: string): string {
  return `${name.toLowerCase()}:${value
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ')
    .trim()}`;
}

const SPACE = 0x20;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;

/** RFC 6376, 3.4.4, of a body whose lines end with CRLF: blanks become one, none ends a line, no empty line ends the body. */
function relaxedBody(body: string): Buffer {
  const bytes = Buffer.from(body, 'latin1');
  let length = 0; // what has been kept, written over what was read
  let end = 0; // of the last line that is not empty
  let isBlank = false;
  for (const byte of bytes) {
    if (byte === SPACE || byte === TAB) {
      isBlank = true;
      continue;
    }
    if (isBlank && byte !== CR) bytes[length++] = SPACE;
    isBlank = false;
    bytes[length++] = byte;
    if (byte !== CR && byte !== LF) end = length + 2; // with its CRLF
  }
  return bytes.subarray(0, end);
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

function parsePrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new DkimRefused('The DKIM key is no private key in PEM form.', { cause });
  }
}

function publicKeyOf(record: string, algorithm: DkimKey['algorithm']): KeyObject | null {
  const tags = new Map(
    record
      .split(';')
      .map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replaceAll(/\s/g, '')]),
  );
  const bytes = Buffer.from(tags.get('p') ?? '', 'base64');
  if (`${tags.get('k') ?? 'rsa'}-sha256` !== algorithm || bytes.length === 0) return null;
  try {
    return algorithm === 'rsa-sha256'
      ? createPublicKey({ key: bytes, format: 'der', type: 'spki' })
      : createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
  } catch {
    return null; // what is published is whatever somebody typed into a DNS form: no key is an answer here, not a failure
  }
}
