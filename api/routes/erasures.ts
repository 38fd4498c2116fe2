import { z } from 'zod';
import { findContact } from '../../db/contacts.ts';
import {
  askErasure,
  type Erasure as Stored,
  erasureReasons,
  erasureStates,
  findErasure,
  listErasures,
} from '../../db/erasure/erasures.ts';
import type { Tx } from '../../db/transaction.ts';
import { findUser, isLastOwner } from '../../db/users.ts';
import { erasureDeadline } from '../../law/answers.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const Erasure = z
  .object({
    id: Id,
    kind: z.enum(['contact', 'user']),
    personId: Id,
    because: z.enum(erasureReasons),
    state: z
      .enum(erasureStates)
      .meta({ description: '`held`: a legal hold covers the person, and the erasure waits for its release.' }),
    askedBy: Id,
    askedAt: Instant,
    dueAt: Instant.meta({ description: 'By when it must be done (P8).' }),
    rows: z.int().meta({ description: 'Erased, over all tables.' }),
    erasedAt: Instant.nullable(),
  })
  .meta({ id: 'Erasure' });

const body = z.strictObject({ because: z.enum(erasureReasons).default('by_hand') });
const reply = { status: 202, schema: Erasure } as const;

const ofContact = route({
  method: 'post',
  path: '/contacts/{contactId}/erasure',
  action: 'erasures.write',
  tag: 'Erasures',
  summary:
    'Erase everything kept of a person, in every table (P8, P13); an opt-out stays in force, and no import brings them back',
  params: z.object({ contactId: Id }),
  body,
  reply,
  errors: ['not-found'],
  handle: ({ who, db, params: { contactId }, body: { because } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      if (!(await findContact(tx, contactId))) throw new Problem('not-found', 'There is no such contact in this workspace.');
      return shown(await ask(tx, 'contact', contactId, because, who.userId));
    }),
});

const ofUser = route({
  method: 'post',
  path: '/users/{userId}/erasure',
  action: 'users.write',
  tag: 'Erasures',
  summary: 'Erase a user: the log-in and what is theirs alone goes, their mailboxes are paused without address and secrets (P8)',
  params: z.object({ userId: Id }),
  body,
  reply,
  errors: ['not-found', 'conflict'],
  handle: ({ who, db, params: { userId }, body: { because } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      if (!(await findUser(tx, userId))) throw new Problem('not-found', 'There is no such user in this workspace.');
      if (await isLastOwner(tx, userId))
        throw new Problem('conflict', 'A workspace needs an owner: make somebody else one first.');
      return shown(await ask(tx, 'user', userId, because, who.userId));
    }),
});

const list = route({
  method: 'get',
  path: '/erasures',
  action: 'erasures.read',
  tag: 'Erasures',
  summary: 'Erasures of people, newest first: ids, counts and instants only',
  query: Paging,
  reply: { status: 200, schema: pageOf(Erasure) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const erasures = await db.inTenant(who.tenantId, (tx) => listErasures(tx, page));
    const { items, next } = cutPage(erasures, query.limit, ({ askedKey, id }) => [askedKey, id]);
    return { items: items.map(shown), next };
  },
});

const read = route({
  method: 'get',
  path: '/erasures/{erasureId}',
  action: 'erasures.read',
  tag: 'Erasures',
  summary: 'One erasure: whether it is done, or what it waits for',
  params: z.object({ erasureId: Id }),
  reply: { status: 200, schema: Erasure },
  async handle({ who, db, params }) {
    const erasure = await db.inTenant(who.tenantId, (tx) => findErasure(tx, params.erasureId));
    if (!erasure) throw new Problem('not-found', 'There is no such erasure in this workspace.');
    return shown(erasure);
  },
});

export const erasureRoutes = [ofContact, ofUser, list, read];

const ask = (tx: Tx, kind: Stored['kind'], personId: string, because: Stored['because'], askedBy: string): Promise<Stored> =>
  askErasure(tx, { kind, personId, because, askedBy, deadline: erasureDeadline });

function shown({ id, kind, personId, because, state, askedBy, askedAt, dueAt, rows, erasedAt }: Stored): Stored {
  return { id, kind, personId, because, state, askedBy, askedAt, dueAt, rows, erasedAt };
}
