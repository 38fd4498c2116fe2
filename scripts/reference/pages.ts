import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '../../api/routes.ts';
import { may, roles } from '../../api/roles.ts';
import { promises } from '../../domain/obligation.ts';
import { documented } from './documented.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A page of docs/reference, as the code says it now. */
export interface ReferencePage {
  name: string;
  text: string;
}

/** What can be looked up, made from the very tables, schemas and comments that the product runs on. */
export function referencePages(): ReferencePage[] {
  return [
    { name: 'configuration.md', text: configuration() },
    { name: 'api.md', text: api() },
    { name: 'roles.md', text: whoMay() },
    { name: 'workflows.md', text: workflows() },
    { name: 'obligations.md', text: obligations() },
  ];
}

const madeBy = 'Made from the code by `npm run reference`.';

function configuration(): string {
  const source = read('providers/environment.ts');
  const schema = source.slice(source.indexOf('z.object({'), source.indexOf('\n});'));
  const variables = documented(schema, /^ {2}(?<name>[A-Z][A-Z0-9_]+): /);
  return page('Configuration', `Environment variables of every process (\`providers/environment.ts\`). ${madeBy}`, [
    ['variable', 'meaning'],
    ...variables.map(({ name, comment }) => [`\`${name}\``, comment]),
  ]);
}

function api(): string {
  const sorted = routes.toSorted((a, b) => a.tag.localeCompare(b.tag) || a.path.localeCompare(b.path));
  return page('API', `Every route under \`/v1\`, with its shapes at \`/docs\` of a running API. ${madeBy}`, [
    ['subject', 'route', 'what it does', 'who may'],
    ...sorted.map(({ tag, method, path, summary, action }) => [
      tag,
      `\`${method.toUpperCase()} ${path}\``,
      summary,
      action === 'public' ? 'everybody, signed in or not' : `\`${action}\``,
    ]),
  ]);
}

function whoMay(): string {
  return page('Roles', `Who may do what: \`api/roles.ts\`, held for every route by \`test/api/roles.test.ts\`. ${madeBy}`, [
    ['action', ...roles],
    ...Object.entries(may).map(([action, allowed]) => [
      `\`${action}\``,
      ...roles.map((role) => ((allowed as readonly string[]).includes(role) ? '✓' : '')),
    ]),
  ]);
}

function workflows(): string {
  const files = readdirSync(join(root, 'workflows')).filter((file) => file !== 'index.ts');
  const found = files.flatMap((file) => documented(read(`workflows/${file}`), /^export async function (?<name>\w+)\(/));
  const exported = new Set([...read('workflows/index.ts').matchAll(/export \{ (\w+) \}/g)].map(([, name]) => name));
  return page('Workflows', `Every workflow by its type in Temporal. ${madeBy}`, [
    ['workflow', 'what it keeps'],
    ...found.filter(({ name }) => exported.has(name)).map(({ name, comment }) => [`\`${name}\``, comment]),
  ]);
}

function obligations(): string {
  return page('Obligations', `The promises with a clock (\`domain/obligation.ts\`). ${madeBy}`, [
    ['kind', 'clause', 'source'],
    ...Object.entries(promises).map(([kind, { clause, citation }]) => [`\`${kind}\``, clause, citation]),
  ]);
}

function page(title: string, introduction: string, [head = [], ...rows]: string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return `# ${title}\n${introduction}\n\n${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}`;
}
