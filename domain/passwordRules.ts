/** NIST SP 800-63B-4, 3.1.1.2: 15 characters where the password is all that is asked for, 8 where a second factor is asked for, too. */
export const LEAST_ALONE = 15;
const LEAST_WITH_FACTOR = 8;
/** Any of any kind, none cut off: what is longer is refused. */
const MOST = 256;

interface PasswordFacts {
  /** Asked for beside the password. */
  readonly hasSecondFactor: boolean;
  /** Names of this user and this workspace: the address, the company. */
  readonly context: readonly string[];
  /** Passwords that were published by breaches, in lower case. */
  readonly published: ReadonlySet<string>;
}

/**
 * Why a password is not taken; null when it is. No rule asks for digits or capitals (NIST SP 800-63B-4, 3.1.1.2): what makes a password
 * weak is that others have it, that it follows from the account, or that it repeats itself.
 */
export function passwordFault(password: string, { hasSecondFactor, context, published }: PasswordFacts): string | null {
  const length = passwordLength(password);
  const least = hasSecondFactor ? LEAST_WITH_FACTOR : LEAST_ALONE;
  if (length < least) return `A password has at least ${least} characters: take a few words.`;
  if (length > MOST) return `A password has at most ${MOST} characters.`;
  const plain = password.normalize('NFKC').toLowerCase();
  if (isPublished(plain, published)) return 'This password was published by a breach: take another one.';
  if (isRepetition(plain)) return 'This password repeats itself: take another one.';
  if (leftWithout(plain, context).length < least / 2)
    return 'This password is made of the names of this account: take another one.';
  return null;
}

/** In code points of the form that is hashed, as the guideline counts. */
export function passwordLength(password: string): number {
  return Array.from(password.normalize('NFKC')).length;
}

/** As it is, with its digits read as letters, and without what was put before and behind it. */
function isPublished(plain: string, published: ReadonlySet<string>): boolean {
  const core = plain.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return [plain, asLetters(plain), core, asLetters(core)].some((word) => word.length >= 4 && published.has(word));
}

const letters: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};

function asLetters(word: string): string {
  return word.replaceAll(/[013457@$]/g, (character) => letters[character] ?? character);
}

/** `abcabcabcabc`, `aaaaaaaaaaaa`, `123456789012345`: one short piece or one run over and over. */
function isRepetition(plain: string): boolean {
  if (/^(.{1,8}?)\1+.{0,3}$/u.test(plain)) return true;
  const codes = Array.from(plain, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) === 1).length;
  return steps >= codes.length * 0.75;
}

/** Letters and digits that no name of the account accounts for. */
function leftWithout(plain: string, context: readonly string[]): string {
  const words = ['decorum', ...context.flatMap((name) => name.toLowerCase().split(/[^\p{L}\p{N}]+/u))].filter(
    (word) => word.length >= 3,
  );
  let left = plain;
  for (const word of words.sort((a, b) => b.length - a.length)) left = left.replaceAll(word, ' ');
  // Years and exclamation marks are what is put behind a name.
  return left === plain ? plain : left.replaceAll(/[^\p{L}]+/gu, '');
}
