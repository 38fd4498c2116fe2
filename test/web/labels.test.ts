import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { places } from '../../web/shell/places.ts';

const root = join(__dirname, '../..');
const filesOf = (folder: string, name: RegExp) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).flatMap((file) =>
    name.test(file) && !file.startsWith('dist') ? [join(folder, file)] : [],
  );
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const sources = filesOf('web', /\.tsx?$/)
  .map(read)
  .join('\n')
  .replaceAll(/\s+/g, ' ');
const guides = ['README.md', 'docs/tutorial.md', ...filesOf('docs/howto', /\.md$/)];

/** What stands in italics in a guide is what stands on a button, a field or in the navigation; an arrow leads from one to the next. */
const labels = guides.flatMap((guide) =>
  [...read(guide).matchAll(/(?<![*\w])\*([^*\n]+)\*(?![*\w])/g)].flatMap(([, words = '']) =>
    words.split(' → ').map((label) => ({ guide, label })),
  ),
);

test.each(labels)('$guide: *$label* is what the console calls it', ({ label }) => {
  const isPlace = places.some((place) => place.label === label);
  const written = [`"${label}"`, `'${label}'`, `> ${label} <`, `>${label}<`].some((words) => sources.includes(words));
  expect(isPlace || written).toBe(true);
});

test('the guides lead through the console by its own words', () => {
  expect(new Set(labels.map(({ guide }) => guide)).size).toBeGreaterThan(5);
});

test('no two places of the navigation have one key', () => {
  expect(new Set(places.map(({ key }) => key)).size).toBe(places.length);
});
