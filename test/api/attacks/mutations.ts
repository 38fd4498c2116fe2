import fc from 'fast-check';

const signs = fc.constantFrom(...'abcxyzABCXYZ0189-_.~+=/:@!*%'.split('')); // of a token's own and of those around it; no blank and no semicolon, which end a cookie

/** The token with a few small changes, or something that never was one. */
export function changed(token: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(token.length - 1),
    kind: fc.constantFrom('replace', 'insert', 'drop', 'swap', 'cut', 'case', 'twice' as const),
    sign: signs,
  });
  const edited = fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) =>
    edits.reduce((text, { at, kind, sign }) => {
      const [before, one, after] = [text.slice(0, at), text.slice(at, at + 1), text.slice(at + 1)];
      switch (kind) {
        case 'replace':
          return before + sign + after;
        case 'insert':
          return before + sign + one + after;
        case 'drop':
          return before + after;
        case 'swap':
          return before + after.slice(0, 1) + one + after.slice(1);
        case 'cut':
          return before;
        case 'case':
          return before + (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()) + after;
        default:
          return text + text;
      }
    }, token),
  );
  const shuffled = fc
    .shuffledSubarray(token.split(''), { minLength: token.length, maxLength: token.length })
    .map((letters) => letters.join(''));
  return fc
    .oneof({ arbitrary: edited, weight: 6 }, shuffled, fc.string({ unit: 'binary', maxLength: 200 }).map(encodeURIComponent))
    .filter((text) => text !== token);
}
