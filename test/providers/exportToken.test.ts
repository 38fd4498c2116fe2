import { randomBytes, randomUUID } from 'node:crypto';
import { readExport, signExport } from '../../providers/exportToken.ts';
import { signLetter } from '../../providers/letterToken.ts';

const now = new Date('2026-11-25T12:00:00Z');
const [older, newest] = [randomBytes(32), randomBytes(32)];
const claims = { tenantId: randomUUID(), exportId: randomUUID(), expiresAt: new Date('2026-11-26T12:00:00.123Z') };

test('a link says whose archive it is until its last moment', () => {
  const token = signExport([newest], claims);
  expect(token).toMatch(/^[\w-]{94}$/);
  expect(readExport([newest], token, now)).toEqual(claims);
  expect(readExport([newest], token, claims.expiresAt)).toBe(null);
});

test('a link lives through a change of keys, and not without its key', () => {
  const token = signExport([older], claims);
  expect(readExport([newest, older], token, now)).toEqual(claims);
  expect(readExport([newest], token, now)).toBe(null);
});

test('no other token is one, and none that was changed', () => {
  const token = signExport([newest], claims);
  expect(readExport([newest], signLetter([newest], { tenantId: claims.tenantId, letterId: claims.exportId }), now)).toBe(null);
  for (let at = 0; at < token.length; at += 7) {
    const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    expect(readExport([newest], changed, now)).toBe(null);
  }
});
