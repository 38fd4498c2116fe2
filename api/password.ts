import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
const ITERATIONS = 600_000; // OWASP's figure for PBKDF2-HMAC-SHA-256
const BYTES = 32;

/** Keeps P5 ("passwords hashed with PBKDF2 and a salt"): `pbkdf2-sha256$iterations$salt$hash`. */
export async function hashPassword(password: string, randomBytes: (size: number) => Buffer): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.normalize('NFKC'), salt, ITERATIONS, BYTES, 'sha256');
  return `pbkdf2-sha256$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** An unknown user costs the same time as a wrong password: the comparison is then with a hash that nothing has. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, iterations, salt, hash] = (stored ?? `pbkdf2-sha256$${ITERATIONS}$AAAA$`).split('$');
  const wanted = Buffer.from(hash ?? '', 'base64');
  const given = await derive(password.normalize('NFKC'), Buffer.from(salt ?? '', 'base64'), Number(iterations), BYTES, 'sha256');
  return wanted.length === BYTES && timingSafeEqual(given, wanted);
}
