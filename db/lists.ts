import { type ContactFilter, listMatching } from './contacts.ts';
import { keyset, type Orders, type Sort, type Sorted } from './sorting.ts';
import type { Tx } from './transaction.ts';

export type ListSource = 'static' | 'import' | 'filter';

export interface List {
  id: string;
  name: string;
  source: ListSource;
  /** Of a list made by a filter, as it was then: who matches later does not join by itself. */
  filter: ContactFilter | null;
  people: number;
  createdBy: string;
  createdAt: Date;
}

const columns = `l.id, l.name, l.source, l.filter, l.created_by as "createdBy", l.created_at as "createdAt",
  (select count(*) from list_members m where m.list_id = l.id) as people`;

export const listOrders = {
  name: { by: 'lower(l.name)', as: 'text' },
  made: { by: 'l.created_at', as: 'timestamptz' },
} as const satisfies Orders<string>;

/** `after`: key and id of the last one of the page before. */
export function listLists(
  tx: Tx,
  filter: { search: string; sort: Sort<keyof typeof listOrders> },
  page: { after: string[] | undefined; rows: number },
): Promise<Sorted<List>[]> {
  const { key, after, orderBy } = keyset(listOrders, filter.sort, 'l.id', ['$2', '$3']);
  return tx.rows<Sorted<List>>(
    `select ${columns}, ${key} from lists l
     where ($1 = '' or strpos(lower(l.name), lower($1)) > 0) and ${after}
     ${orderBy} limit $4`,
    [filter.search.trim(), page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

export async function findList(tx: Tx, listId: string): Promise<List | undefined> {
  const [list] = await tx.rows<List>(`select ${columns} from lists l where l.id = $1`, [listId]);
  return list;
}

/** The new list's id, with whom the filter means; null when there is one of the name. */
export async function addList(
  tx: Tx,
  list: { name: string; source: ListSource; filter?: ContactFilter | undefined; createdBy: string },
): Promise<string | null> {
  const [added] = await tx.rows<{ id: string }>(
    `insert into lists (tenant_id, name, source, filter, created_by) values (decorum.tenant(), $1, $2, $3, $4)
     on conflict (tenant_id, lower(name)) do nothing returning id`,
    [list.name, list.source, list.filter ? JSON.stringify(list.filter) : null, list.createdBy],
  );
  if (added && list.filter) await listMatching(tx, added.id, list.filter);
  return added?.id ?? null;
}

export async function renameList(tx: Tx, listId: string, name: string): Promise<'renamed' | 'no_such_list' | 'taken'> {
  const [other] = await tx.rows(`select from lists where id <> $1 and lower(name) = lower($2)`, [listId, name]);
  if (other) return 'taken';
  return (await tx.run(`update lists set name = $2 where id = $1`, [listId, name])) > 0 ? 'renamed' : 'no_such_list';
}

/** The people stay contacts. A list that a launch was made from stays, as the record of whom it was for. */
export async function deleteList(tx: Tx, listId: string): Promise<'deleted' | 'no_such_list' | 'launched'> {
  const [launched] = await tx.rows(`select from launch_lists where list_id = $1 limit 1`, [listId]);
  if (launched) return 'launched';
  return (await tx.run(`delete from lists where id = $1`, [listId])) > 0 ? 'deleted' : 'no_such_list';
}

/** Ids that are no contact's are passed over. Answers how many came new. */
export function addMembers(tx: Tx, listId: string, contactIds: readonly string[]): Promise<number> {
  return tx.run(
    `insert into list_members (tenant_id, list_id, contact_id) select tenant_id, $1, id from contacts where id = any($2) order by id
     on conflict do nothing`,
    [listId, contactIds],
  );
}

export function removeMembers(tx: Tx, listId: string, contactIds: readonly string[]): Promise<number> {
  return tx.run(`delete from list_members where list_id = $1 and contact_id = any($2)`, [listId, contactIds]);
}
