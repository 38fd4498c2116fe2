import fc from 'fast-check';
import { processLog, withoutAddresses } from '../../providers/log.ts';

const lines: string[] = [];
const log = processLog('test', 'trace', { write: (line) => void lines.push(line) });
beforeEach(() => void lines.splice(0));

test.each([
  { says: 'ada.lovelace+x@mail.example refused', logged: '<address> refused' },
  { says: '550 5.1.1 <ada@xn--bcher-kva.example>: no such user', logged: '550 5.1.1 <<address>>: no such user' },
  { says: 'jürgen@bücher.example', logged: '<address>' },
  { says: 'call +1 (212) 555-0101 now', logged: 'call <number> now' },
  { says: 'from 203.0.113.9:443', logged: 'from <network>:443' },
  { says: 'from 2001:db8::8:800:200c:417a', logged: 'from <network>' },
  { says: 'from ::ffff:203.0.113.9', logged: 'from ::ffff:<network>' },
  { says: 'at 2026-11-24T15:00:00.000Z', logged: 'at 2026-11-24T15:00:00.000Z' },
  { says: 'connect ECONNREFUSED 127.0.0.1:5432', logged: 'connect ECONNREFUSED 127.0.0.1:5432' },
  { says: 'node_modules/@temporalio/worker/lib/worker.js:10:3', logged: 'node_modules/@temporalio/worker/lib/worker.js:10:3' },
])('$says', ({ says, logged }) => {
  expect(withoutAddresses(says)).toBe(logged);
});

test('an address is taken out wherever in a line it stands: message, field, error, cause and stack', () => {
  const cause = new Error('550 <ada@mail.example> is unknown');
  const err = Object.assign(new Error('for ada@mail.example', { cause }), {
    detail: 'Key (email)=(ada@mail.example)',
    code: '23505',
  });
  log.warn({ err, to: 'ada@mail.example' }, 'not sent to ada@mail.example');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/ada|mail\.example/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ process: 'test', err: { code: '23505' }, to: '<address>' });
});

test('no e-mail address passes, however it is spelt', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (address) => {
      lines.splice(0);
      log.info({ said: address }, `sent to ${address}`);
      expect(lines.join('')).not.toContain(address);
    }),
  );
});

test('a line break in what is said begins no line', () => {
  log.warn({ said: 'one\n{"level":30,"msg":"forged"}\r\n' }, 'two\nthree\u2028four');
  expect(lines.join('').trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(lines.join(''))).toMatchObject({ msg: 'two\nthree\u2028four' });
});
