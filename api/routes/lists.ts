import { z } from 'zod';
import {
  addList,
  addMembers,
  deleteList,
  findList,
  type List as ListRow,
  listLists,
  listOrders,
  removeMembers,
  renameList,
} from '../../db/lists.ts';
import { Filter } from '../contactShapes.ts';
import { mayDelete } from '../legalHold.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging, sortedBy } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant, Nothing } from '../shapes.ts';

const List = z
  .object({
    id: Id,
    name: z.string(),
    source: z.enum(['static', 'import', 'filter']),
    filter: Filter.nullable().meta({
      description: 'As it was when the list was made: who matches later does not join by itself.',
    }),
    people: z.int(),
    createdBy: Id,
    createdAt: Instant,
  })
  .meta({ id: 'List' });

/** What the list of lists, and the file of it, can be asked for. */
export const listFilters = { search: z.string().max(200).default(''), sort: sortedBy(listOrders, 'name') };

const Name = z.string().trim().min(1).max(200);
const Members = z.strictObject({ contactIds: z.array(Id).min(1).max(10_000) });
const params = z.object({ listId: Id });

const list = route({
  method: 'get',
  path: '/lists',
  action: 'contacts.read',
  tag: 'Lists',
  summary: 'Lists, by name or as asked; their people are contacts with the filter `listId`',
  query: Paging.extend(listFilters),
  reply: { status: 200, schema: pageOf(List) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const lists = await db.inTenant(who.tenantId, (tx) => listLists(tx, query, page));
    return cutPage(lists, query.limit, keysOf);
  },
});

const create = route({
  method: 'post',
  path: '/lists',
  action: 'contacts.write',
  tag: 'Lists',
  summary: 'Make a list: empty, or of everybody whom a filter means now',
  body: z.strictObject({ name: Name, filter: Filter.strict().optional() }),
  reply: { status: 201, schema: List },
  errors: ['already-exists'],
  handle: ({ who, db, body: { name, filter } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const id = await addList(tx, { name, source: filter ? 'filter' : 'static', filter, createdBy: who.userId });
      if (id === null) throw taken(name);
      return present(await findList(tx, id));
    }),
});

const read = route({
  method: 'get',
  path: '/lists/{listId}',
  action: 'contacts.read',
  tag: 'Lists',
  summary: 'One list',
  params,
  reply: { status: 200, schema: List },
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, async (tx) => present(await findList(tx, params.listId))),
});

const rename = route({
  method: 'patch',
  path: '/lists/{listId}',
  action: 'contacts.write',
  tag: 'Lists',
  summary: 'Rename a list',
  params,
  body: z.strictObject({ name: Name }),
  reply: { status: 200, schema: List },
  errors: ['already-exists'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      if ((await renameList(tx, params.listId, body.name)) === 'taken') throw taken(body.name);
      return present(await findList(tx, params.listId));
    }),
});

const remove = route({
  method: 'delete',
  path: '/lists/{listId}',
  action: 'contacts.write',
  tag: 'Lists',
  summary: 'Delete a list; its people stay',
  params,
  reply: { status: 204, schema: Nothing },
  errors: ['conflict'],
  async handle({ who, db, params }) {
    const outcome = await db.inTenant(who.tenantId, async (tx) => {
      await mayDelete(tx);
      return deleteList(tx, params.listId);
    });
    if (outcome === 'no_such_list') throw unknown();
    if (outcome === 'launched')
      throw new Problem('conflict', 'A launch was made from this list: it stays as the record of whom it was for.');
    return undefined;
  },
});

const Changed = z
  .object({ changed: z.int().meta({ description: 'How many came or went.' }), list: List })
  .meta({ id: 'ListChange' });

const add = route({
  method: 'post',
  path: '/lists/{listId}/members',
  action: 'contacts.write',
  tag: 'Lists',
  summary: 'Put people on a list',
  params,
  body: Members,
  reply: { status: 200, schema: Changed },
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      present(await findList(tx, params.listId));
      const changed = await addMembers(tx, params.listId, body.contactIds);
      return { changed, list: present(await findList(tx, params.listId)) };
    }),
});

const take = route({
  method: 'post',
  path: '/lists/{listId}/members/remove',
  action: 'contacts.write',
  tag: 'Lists',
  summary: 'Take people off a list; who is in a launch of it stays in that',
  params,
  body: Members,
  reply: { status: 200, schema: Changed },
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const changed = await removeMembers(tx, params.listId, body.contactIds);
      return { changed, list: present(await findList(tx, params.listId)) };
    }),
});

export const listRoutes = [list, create, read, rename, remove, add, take];

function present(found: ListRow | undefined): ListRow {
  if (!found) throw unknown();
  return found;
}

function unknown(): Problem {
  return new Problem('not-found', 'There is no such list in this workspace.');
}

function taken(name: string): Problem {
  return new Problem('already-exists', `There is a list named ${name} already.`, {
    errors: [{ pointer: '/name', message: 'Another list has this name.' }],
  });
}
