/** What the data map says of a column: the words of its comment, `category; owner; erasure` (db/describe.ts). */
export interface ColumnWords {
  /** Fides' taxonomy where it fits. */
  readonly category: string;
  readonly owner: 'account' | 'contact' | 'user' | 'none';
  readonly erasure: 'delete' | 'anonymise' | 'shred' | 'keep';
  /** Why it is kept, and until when; empty where it is not. */
  readonly because: string;
}

const form =
  /^(?<category>(?:user|system)(?:\.[a-z_]+)+); (?<owner>account|contact|user|none); (?<erasure>delete|anonymise|shred|keep)(?:: (?<because>.+))?$/;

/** Null where the comment is missing or says something else: such a column may be in no release. */
export function readColumnWords(words: string | null): ColumnWords | null {
  const found = form.exec(words ?? '')?.groups;
  if (!found) return null;
  const { category = '', owner, erasure, because = '' } = found;
  if (erasure === 'keep' ? because.length < 8 : because !== '') return null;
  return { category, owner: owner as ColumnWords['owner'], erasure: erasure as ColumnWords['erasure'], because };
}

/** A column of the catalogue, with its comment. */
export interface MappedColumn extends ColumnWords {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** Place in the primary key behind the tenant, from 1; null: not of it. */
  readonly keyPlace: number | null;
  readonly isNullable: boolean;
  readonly isGenerated: boolean;
}

/**
 * What becomes of a table's rows at a purge. They go where the key by which they are told apart is to be deleted, or where all is; else they
 * stay, and the columns that are not kept are blanked in them.
 */
export function fateOf(columns: readonly MappedColumn[]): 'delete' | 'blank' | 'keep' {
  const own = columns.filter(({ name }) => name !== 'tenant_id');
  const key = own.filter(({ keyPlace }) => keyPlace !== null);
  const goes = ({ erasure }: MappedColumn): boolean => erasure === 'delete';
  if (own.every(({ erasure }) => erasure !== 'keep') && own.some(goes)) return 'delete';
  if (key.some(goes)) return 'delete';
  return own.some(({ erasure }) => erasure !== 'keep') ? 'blank' : 'keep';
}

/** Why rows stay: the columns' reasons, each once, those about people first. */
export function keptBecause(columns: readonly MappedColumn[]): string {
  const kept = columns.filter(({ erasure, name }) => erasure === 'keep' && name !== 'tenant_id');
  const ofPeople = kept.filter(({ owner }) => owner !== 'none');
  const reasons = (ofPeople.length > 0 ? ofPeople : kept).map(({ because }) => because);
  return [...new Set(reasons)].join('; ');
}

/** The categories that the policy names (P2), after Cal. Civ. Code 1798.140(v). */
export type PolicyCategory =
  | 'identifiers'
  | 'commercial information'
  | 'internet activity'
  | 'professional information'
  | 'approximate location'
  | 'log-in data'
  | 'none of a person';

const policyCategories: readonly (readonly [string, PolicyCategory])[] = [
  ['user.authorization', 'log-in data'],
  ['user.device', 'internet activity'],
  ['user.behavior', 'internet activity'],
  ['user.contact.address', 'approximate location'],
  ['user.location', 'approximate location'],
  ['user.job_title', 'professional information'],
  ['user.workplace', 'professional information'],
  ['user.content', 'commercial information'],
  ['user', 'identifiers'],
  ['system', 'none of a person'],
];

/** Under which of the policy's categories the words fall; the more exact ones are asked first. */
export function policyCategoryOf(category: string): PolicyCategory {
  const found = policyCategories.find(([prefix]) => category === prefix || category.startsWith(`${prefix}.`));
  if (!found) throw new Error(`No category of the policy holds ${category}.`);
  return found[1];
}

/** What is kept alike: one line of the inventory. */
export interface Kind extends ColumnWords {
  readonly policy: PolicyCategory;
  /** `table.column`. */
  readonly places: readonly string[];
}

/** The data map as people read it: what kinds of data there are, whose, what becomes of them, and where they lie. */
export function inventoryOf(columns: readonly MappedColumn[]): Kind[] {
  const kinds = new Map<string, { kind: ColumnWords; places: string[] }>();
  for (const { category, owner, erasure, because, table, name } of columns) {
    const key = JSON.stringify([category, owner, erasure, because]);
    const known = kinds.get(key) ?? { kind: { category, owner, erasure, because }, places: [] };
    known.places.push(`${table}.${name}`);
    kinds.set(key, known);
  }
  const all = [...kinds.values()].map(({ kind, places }) => ({ ...kind, policy: policyCategoryOf(kind.category), places }));
  return all.sort((a, b) => order(a) - order(b) || (a.category < b.category ? -1 : 1));
}

const order = ({ policy }: Kind): number => policyCategories.findIndex(([, name]) => name === policy);
