import { randomBytes, randomUUID } from 'node:crypto';
import { readLetter, signLetter } from '../../providers/letterToken.ts';

const keys = [randomBytes(32)] as const;
const claims = { tenantId: randomUUID(), letterId: randomUUID() };

test('what was signed is read, also under a key that has become an older one', () => {
  const token = signLetter(keys, claims);
  expect(token).toMatch(/^[\w-]{64}$/);
  expect(readLetter([randomBytes(32), ...keys], token)).toEqual(claims);
});

test.each([
  { change: (token: string) => `${token}A`, because: 'it is longer' },
  { change: (token: string) => `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`, because: 'it is of another tenant' },
  { change: (token: string) => `${token.slice(0, 63)}${token[63] === 'A' ? 'B' : 'A'}`, because: 'the MAC is another one' },
  { change: () => signLetter([randomBytes(32)], claims), because: 'somebody else signed it' },
])('a token is none when $because', ({ change }) => {
  expect(readLetter(keys, change(signLetter(keys, claims)))).toBeNull();
});
