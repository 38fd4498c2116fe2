import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { passwordFault } from '../domain/passwordRules.ts';
import { publishedPasswords } from '../providers/publishedPasswords.ts';
import { Problem } from './problem.ts';

const derive = promisify(pbkdf2);
const ITERATIONS = 600_000; // OWASP's figure for PBKDF2-HMAC-SHA-256
const BYTES = 32;
/** Of the four threads that Node has for such work two stay free for everybody else, and nobody waits for more than some seconds. */
const AT_ONCE = 2;
const MOST_WAITING = 20;

/** Keeps P5 ("passwords hashed with PBKDF2 and a salt"): `pbkdf2-sha256$iterations$salt$hash`. */
export async function hashPassword(password: string, randomBytes: (size: number) => Buffer): Promise<string> {
  const salt = randomBytes(16);
  const hash = await inTurn(() => derive(password.normalize('NFKC'), salt, ITERATIONS, BYTES, 'sha256'));
  return `pbkdf2-sha256$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** An unknown user costs the same time as a wrong password: the comparison is then with a hash that nothing has. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, iterations, salt, hash] = (stored ?? `pbkdf2-sha256$${ITERATIONS}$AAAA$`).split('$');
  const wanted = Buffer.from(hash ?? '', 'base64');
  const given = await inTurn(() =>
    derive(password.normalize('NFKC'), Buffer.from(salt ?? '', 'base64'), Number(iterations), BYTES, 'sha256'),
  );
  return wanted.length === BYTES && timingSafeEqual(given, wanted);
}

/** Made with other parameters than today's: to be made anew as soon as the password is at hand. */
export function isOutdated(stored: string): boolean {
  return !stored.startsWith(`pbkdf2-sha256$${ITERATIONS}$`);
}

/** Refuses a new password that the rules do not take; `pointer` says where in the body it stands. */
export function requireGood(
  password: string,
  { hasSecondFactor = false, context, pointer }: { hasSecondFactor?: boolean; context: readonly string[]; pointer: string },
): void {
  const fault = passwordFault(password, { hasSecondFactor, context, published: publishedPasswords });
  if (fault !== null) throw new Problem('invalid-request', fault, { errors: [{ pointer, message: fault }] });
}

let running = 0;
const waiting: (() => void)[] = [];

/** Hashing costs most of a second of a processor: a flood of log-ins waits here, or is sent away, and everything else goes on. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) {
      throw new Problem('too-many-requests', 'Too many log-ins at once: try again in a few seconds.', {
        headers: { 'Retry-After': '5' },
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve)); // woken by the one that ends, whose place it takes
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
