import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../providers/environment.ts';

const sound = {
  DATABASE_URL: 'postgres://decorum@127.0.0.1:5432/decorum',
  DECORUM_SECRET: secretFrom(7),
};

/** Thirty-two different bytes. */
function secretFrom(first: number): string {
  return Buffer.from(Array.from({ length: 32 }, (_, index) => first + index)).toString('base64url');
}

test('defaults are for one machine, and empty variables are as good as absent', () => {
  expect(readEnvironment({ ...sound, API_PORT: '' })).toMatchObject({
    API_PORT: 3000,
    PUBLIC_URL: 'http://127.0.0.1:3000',
    TEMPORAL_NAMESPACE: 'decorum',
  });
});

test.each([
  { variables: { DATABASE_URL: undefined }, says: 'DATABASE_URL', because: 'no database' },
  { variables: { DATABASE_URL: 'nowhere' }, says: 'DATABASE_URL', because: 'no URL' },
  { variables: { API_PORT: '70000' }, says: 'API_PORT', because: 'no port' },
  { variables: { PUBLIC_URL: 'http://decorum.example' }, says: 'PUBLIC_URL', because: 'one-click links over plain http' },
  { variables: { PUBLIC_URL: 'http://localhost.evil.example' }, says: 'PUBLIC_URL', because: 'looks like this machine' },
  {
    variables: { OUTBOUND_ALLOWED: '10.0.0.0/8, mail.example' },
    says: 'OUTBOUND_ALLOWED',
    because: 'a name, which may lead anywhere',
  },
  { variables: { REGISTRY_URL: 'https://lists.example/' }, says: 'REGISTRY_FOLDER', because: 'nowhere to keep what is fetched' },
  { variables: { DECORUM_SECRET: undefined }, says: 'DECORUM_SECRET', because: 'no secret' },
  { variables: { DECORUM_SECRET: 'c2hvcnQ' }, says: '32 random bytes', because: 'a short secret' },
  { variables: { DECORUM_SECRET: Buffer.alloc(32, 7).toString('base64url') }, says: 'not random', because: 'a pattern' },
  {
    variables: { DECORUM_SECRET: Buffer.from('correct horse correct horse correct').toString('base64url') },
    says: 'not random',
    because: 'a phrase',
  },
])('refused in one line: $because', ({ variables, says }) => {
  expect(() => readEnvironment({ ...sound, ...variables })).toThrow(says);
});

test.each(['https://decorum.example', 'http://localhost:3000', 'http://127.0.0.1:3000/'])(
  '%s is a public address',
  (PUBLIC_URL) => {
    expect(readEnvironment({ ...sound, PUBLIC_URL }).PUBLIC_URL).toBe(PUBLIC_URL);
  },
);

test('one secret gives a key for each purpose; a new one in front signs and encrypts, the old one still opens, opt-outs stay known', () => {
  const [old, next] = [secretFrom(7), secretFrom(99)];
  const before = readEnvironment({ ...sound, DECORUM_SECRET: old }).keys;
  const after = readEnvironment({ ...sound, DECORUM_SECRET: `${next},${old}` }).keys;
  expect(after.addressKey).toEqual(before.addressKey);
  expect(after.linkKeys).toEqual([expect.anything(), before.linkKeys[0]]);
  expect(after.vaultKeys).toEqual([expect.anything(), before.vaultKeys[0]]);
  const distinct = new Set([before.addressKey, before.linkKeys[0], before.webhookKey].map((key) => key.toString('hex')));
  expect(distinct.size).toBe(3);
});

test('a secret that comes next opens what others write with it already, and writes nothing yet', () => {
  const [old, next] = [secretFrom(7), secretFrom(99)];
  const now = readEnvironment({ ...sound, DECORUM_SECRET: `next:${next},${old}` }).keys;
  const then = readEnvironment({ ...sound, DECORUM_SECRET: `${next},${old}` }).keys;
  const before = readEnvironment({ ...sound, DECORUM_SECRET: old }).keys;
  expect(now.addressKey).toEqual(before.addressKey);
  for (const kind of ['vaultKeys', 'linkKeys', 'codecKeys', 'clearanceSeeds'] as const) {
    expect(now[kind]).toEqual([before[kind][0], then[kind][0]]);
  }
});

test('a file of secrets is read when it is its owner’s alone', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'decorum-')), 'secret');
  const variables = { ...sound, DECORUM_SECRET: undefined, DECORUM_SECRET_FILE: file };
  writeFileSync(file, `${secretFrom(7)}\n`, { mode: 0o600 });
  expect(readEnvironment(variables).keys).toEqual(readEnvironment(sound).keys);
  for (const mode of [0o640, 0o604, 0o660, 0o644]) {
    chmodSync(file, mode);
    expect(() => readEnvironment(variables)).toThrow(`chmod 600 ${file}`);
  }
});
