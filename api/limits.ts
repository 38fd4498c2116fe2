import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { forgive, type Limit, takeTurn } from '../db/limits.ts';
import type { Dependencies } from './dependencies.ts';
import { Problem } from './problem.ts';

const minutes = 60;
const hours = 60 * minutes;

/**
 * How often what may be tried, over all processes. Whoever guesses at an account from elsewhere uses up `logInElsewhere` at most: from
 * where its owner has logged in before only that place's own turns count, and a reset by mail always helps.
 */
const limits = {
  logInFrom: { turns: 100, seconds: 15 * minutes }, // an address, whoever it asks for
  logInThere: { turns: 10, seconds: 15 * minutes }, // one account from one address
  logInElsewhere: { turns: 100, seconds: hours }, // one account from all addresses that it does not know
  signUpFrom: { turns: 20, seconds: hours },
  lettersFrom: { turns: 30, seconds: hours },
  lettersTo: { turns: 4, seconds: hours }, // nobody's mailbox is filled by us
  linksFrom: { turns: 60, seconds: 15 * minutes },
  tokensFrom: { turns: 60, seconds: 15 * minutes }, // tokens that there are not
  pagesOf: { turns: 600, seconds: 15 * minutes }, // pages that one user opens
  token: { turns: 1200, seconds: minutes },
  confirmations: { turns: 10, seconds: 15 * minutes }, // present password or code of somebody who is logged in
} as const satisfies Record<string, Limit>;
export type LimitName = keyof typeof limits;

type World = Pick<Dependencies, 'db' | 'addressKey'>;

/** Takes a turn of the subject, or refuses with the seconds to wait. */
export async function limited({ db, addressKey }: World, name: LimitName, subject: string): Promise<void> {
  const wait = Math.ceil(await takeTurn(db, keyOf(addressKey, name, subject), limits[name]));
  if (wait > 0)
    throw new Problem('too-many-requests', `Try again in ${wait} seconds.`, { headers: { 'Retry-After': String(wait) } });
}

/** Gives the subject all its turns back. */
export function forgiven({ db, addressKey }: World, name: LimitName, subject: string): Promise<void> {
  return forgive(db, keyOf(addressKey, name, subject));
}

/** The name under which a caller's address is remembered; of IPv6 the network of 64 bits, which is what one subscriber has. */
export function placeOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const front = head.split(':').filter((part) => part !== '');
  const back = tail.split(':').filter((part) => part !== '');
  const middle = plain.includes('::') ? Array<string>(8 - front.length - back.length).fill('0') : [];
  return [...front, ...middle, ...back].slice(0, 4).join(':');
}

/** Keyed: the record holds neither an address nor a log-in name of somebody who only tried. */
export function keyOf(addressKey: Buffer, name: LimitName | 'known', subject: string): Buffer {
  return createHmac('sha256', addressKey).update(`limit:${name}:${subject}`).digest();
}
