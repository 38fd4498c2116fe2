import fc from 'fast-check';
import { isOwnAddress } from '../../web/shell/ownAddress.ts';

test.each([
  { address: '/launches?state=paused#top', isOwn: true, because: 'it is a page' },
  { address: '/sequences/%2F%2Fevil.example', isOwn: true, because: 'encoded it is a name' },
  { address: undefined, isOwn: false, because: 'there is none' },
  { address: 'https://evil.example/', isOwn: false, because: 'it is another origin' },
  { address: '//evil.example', isOwn: false, because: 'it goes by the scheme of the page' },
  { address: '/\\evil.example', isOwn: false, because: 'browsers read a backslash as a slash' },
  { address: '/\t/evil.example', isOwn: false, because: 'browsers leave out a tab' },
  { address: '/\n\\evil.example', isOwn: false, because: 'and a line break' },
  { address: 'javascript:alert(1)', isOwn: false, because: 'it is no address but a script' },
  { address: '', isOwn: false, because: 'it is empty' },
])('$address after the log-in: $because', ({ address, isOwn }) => {
  expect(isOwnAddress(address)).toBe(isOwn);
});

test('no way of writing an address leads elsewhere', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '\t',
    '\n',
    '\r',
    '@',
    ':',
    '?',
    '#',
    '.',
    '..',
    '%2f',
    '%5c',
    'evil.example',
    'https:',
  );
  const origin = 'https://decorum.example';
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const address = pieces.join('');
      return !isOwnAddress(address) || new URL(address, origin).origin === origin;
    }),
    { numRuns: 2_000 },
  );
});
