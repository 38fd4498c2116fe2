import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
const titlesIn = new Map<string, ReadonlySet<string>>();

/** The titles of the tests of a file: what stands in quotes where `test`, `describe` or the table of an `each` opens. */
function titlesOf(file: string): ReadonlySet<string> {
  const known = titlesIn.get(file);
  if (known) return known;
  const source = readFileSync(join(root, 'test', file), 'utf8');
  const opens = source.matchAll(/(?:\b(?:test|describe)|\))\(\s*(?<quote>['"`])(?<title>(?:\\.|(?!\k<quote>).)+)\k<quote>,/gs);
  const titles = new Set([...opens].map(({ groups }) => (groups?.title ?? '').replaceAll(/\\(['"`])/g, '$1')));
  titlesIn.set(file, titles);
  return titles;
}

const named = [...page.matchAll(/`(?<file>[\w./]+\.test\.tsx?)` (?<titles>“[^”]+”(?:, “[^”]+”)*)/g)].flatMap(({ groups }) =>
  [...(groups?.titles ?? '').matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file: groups?.file ?? '', title })),
);

test('every test that the page names is there', () => {
  expect(named.length).toBeGreaterThan(300);
  const missing = named.filter(({ file, title }) => !existsSync(join(root, 'test', file)) || !titlesOf(file).has(title));
  expect(missing).toEqual([]);
});

/** Requirement and level, by chapter. */
const required = new Map(
  readFileSync(join(root, 'test/data/asvs-5.0.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',') as [string, string]),
);
const rows = page
  .split('\n')
  .filter((line) => /^\| V\d/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

test('every requirement of levels 1 and 2 is kept, said not to be, or said not to apply, once', () => {
  const ids = [...required.keys()];
  const apart = [...page.matchAll(/^Do not apply: (.*)$/gm)].flatMap(([, said = '']) =>
    said
      .replaceAll(/\([^)]*\)/g, '')
      .split(/[;,.]\s|\.$/)
      .flatMap((part) => {
        const [from, to] = part.trim().split(' to ');
        if (to === undefined) return from ? [from] : [];
        return ids.slice(ids.indexOf(from ?? ''), ids.indexOf(to) + 1);
      }),
  );
  const said = [...rows.map(([id = '']) => id), ...apart];
  expect(said.sort()).toEqual([...ids].sort());
});

test('a row has the level of its requirement, and a test or what is missing', () => {
  for (const [id = '', level, , kept = '', test = ''] of rows) {
    expect({ id, level }).toEqual({ id, level: required.get(id) });
    expect({ id, isShown: /`[\w./]+` “/.test(test) || kept.startsWith('**Not met.**') }).toEqual({ id, isShown: true });
  }
});

test('every sentence of P5 and P15 has a row', () => {
  const promises = [...page.matchAll(/^\| (P\d+) “([^”]+)” \|/gm)].map(([, id, words]) => `${id} ${words}`);
  expect(promises).toEqual([
    'P5 TLS',
    'P5 API keys and credentials encrypted with AES-256 Fernet',
    'P5 passwords hashed with PBKDF2 and a salt',
    'P5 rate limits against brute force',
    'P5 CSRF protection on every form',
    'P5 Content-Security-Policy',
    'P5 automated database backups',
    'P5 tenants isolated from one another',
    'P15 Only an essential session cookie',
    'P15 HttpOnly, SameSite=Lax',
    'P15 Secure in production',
  ]);
});
