import { readEnvironment } from '../../providers/environment.ts';

const sound = {
  DATABASE_URL: 'postgres://decorum@127.0.0.1:5432/decorum',
  DECORUM_SECRET: Buffer.alloc(32, 7).toString('base64url'),
};

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
  { variables: { DECORUM_SECRET: undefined }, says: 'DECORUM_SECRET', because: 'no secret' },
  { variables: { DECORUM_SECRET: 'c2hvcnQ' }, says: '32 random bytes', because: 'a short secret' },
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
  const [old, next] = [Buffer.alloc(32, 7).toString('base64url'), Buffer.alloc(32, 8).toString('base64url')];
  const before = readEnvironment({ ...sound, DECORUM_SECRET: old }).keys;
  const after = readEnvironment({ ...sound, DECORUM_SECRET: `${next},${old}` }).keys;
  expect(after.addressKey).toEqual(before.addressKey);
  expect(after.linkKeys).toEqual([expect.anything(), before.linkKeys[0]]);
  expect(after.vaultKeys).toEqual([expect.anything(), before.vaultKeys[0]]);
  const distinct = new Set([before.addressKey, before.linkKeys[0], before.webhookKey].map((key) => key.toString('hex')));
  expect(distinct.size).toBe(3);
});
