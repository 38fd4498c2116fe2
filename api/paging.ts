import { z } from 'zod';
import type { Orders, Sort } from '../db/sorting.ts';
import { Problem } from './problem.ts';

/** Query of every list: keyset paging, so that a page costs the same wherever it lies and nothing is shown twice. */
export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ type: 'integer', minimum: 1, maximum: 200, default: 50 }),
  cursor: z.string().max(1000).optional(),
});

/** Query parameter `sort` of a list: a column's name, with `-` before it from the last to the first. `usual` null: in no order that tells anything. */
export function sortedBy<Name extends string, Usual extends Sort<Name> | null>(orders: Orders<Name>, usual: Usual) {
  const names = Object.keys(orders) as Name[];
  const sorts = names.flatMap((name): Sort<Name>[] => [name, `-${name}`]);
  return z
    .string()
    .refine((given): given is Sort<Name> => (sorts as string[]).includes(given), `One of ${sorts.join(', ')}.`)
    .optional()
    .transform((given) => given ?? usual)
    .meta({ type: 'string', enum: sorts, ...(usual !== null && { default: usual }) });
}

/** Reply of every list; `next` is the cursor of the page after this one, null on the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** The keys (as text) after which the wanted page begins; undefined on the first page. `length`: how many the list sorts by. */
export function keysAfter(cursor: string | undefined, length: number): string[] | undefined {
  if (cursor === undefined) return undefined;
  const keys = z.array(z.string()).length(length).safeParse(parsed(cursor));
  if (!keys.success) {
    throw new Problem('malformed-request', 'The cursor is none of this list: take it from the page before.', {
      errors: [{ parameter: 'cursor', message: 'Not a cursor of this list.' }],
    });
  }
  return keys.data;
}

/** What a sorted list's cursor is made of. */
export function keysOf({ sortKey, id }: { sortKey: string; id: string }): string[] {
  return [sortKey, id];
}

/** Cuts `rows`, of which one more than `limit` was asked for, to the page and says where the next one begins. */
export function cutPage<Row>(rows: Row[], limit: number, keysOf: (row: Row) => string[]): { items: Row[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next: more ? Buffer.from(JSON.stringify(keysOf(last))).toString('base64url') : null };
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
  } catch {
    return undefined; // refused by the caller, as any other value that is no list of keys
  }
}
