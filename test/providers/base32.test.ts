import fc from 'fast-check';
import { fromBase32, toBase32 } from '../../providers/base32.ts';

// RFC 4648, 10.
test.each([
  { text: '', base32: '' },
  { text: 'f', base32: 'my' },
  { text: 'fo', base32: 'mzxq' },
  { text: 'foo', base32: 'mzxw6' },
  { text: 'foob', base32: 'mzxw6yq' },
  { text: 'fooba', base32: 'mzxw6ytb' },
  { text: 'foobar', base32: 'mzxw6ytboi' },
])('"$text" is $base32', ({ text, base32 }) => {
  expect(toBase32(Buffer.from(text))).toBe(base32);
  expect(fromBase32(base32.toUpperCase())).toEqual(Buffer.from(text));
});

test('there and back', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => fromBase32(toBase32(bytes))?.equals(bytes)));
});

test.each(['m', 'mz', 'mzxr', 'my======', 'm1', 'mé'])('%j is refused: foreign, or a second spelling', (text) => {
  expect(fromBase32(text)).toBeNull();
});
