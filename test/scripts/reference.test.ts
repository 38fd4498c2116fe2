import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documented } from '../../scripts/reference/documented.ts';
import { referencePages } from '../../scripts/reference/pages.ts';

const folder = join(import.meta.dirname, '../../docs/reference');

test.each(referencePages())('docs/reference/$name says what the code says', ({ name, text }) => {
  expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
});

test('nothing in the reference is without an explanation', () => {
  for (const { name, text } of referencePages()) {
    const empty = text.split('\n').filter((line) => line.startsWith('| ') && / \| {2}\|$/.test(line));
    expect({ name, empty: name === 'roles.md' ? [] : empty }).toEqual({ name, empty: [] });
  }
});

test('a comment belongs to what stands right under it', () => {
  const source =
    '/** One\n * and more. */\nexport async function a(x) {}\n\nexport async function b() {}\n/** Of c. */\nexport async function c() {}';
  expect(documented(source, /^export async function (?<name>\w+)\(/)).toEqual([
    { name: 'a', comment: 'One and more.' },
    { name: 'b', comment: '' },
    { name: 'c', comment: 'Of c.' },
  ]);
});
