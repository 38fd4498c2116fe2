import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { listForPost, listPeople, markBounced, noticeStates, tellOtherwise } from '../../db/breach/people.ts';
import type { Database } from '../../db/transaction.ts';
import { foundIncident, incidentParams, openIncidentOf } from '../breachShapes.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { File, Id, Instant, Nothing } from '../shapes.ts';

const undone = ['refused', 'bounced', 'post', 'unreachable'] as const;
const personParams = z.object({ incidentId: Id, personId: Id });

const AffectedPerson = z
  .object({
    personId: Id,
    kind: z.enum(['contact', 'user']),
    name: z.string().nullable(),
    email: z.string().nullable(),
    state: z.string(),
    notice: z.enum(noticeStates),
    attempts: z.int(),
    answer: z.string().nullable().meta({ description: "The mail server's code." }),
    messageId: z.string().nullable(),
    sentAt: Instant.nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'AffectedPerson' });

const list = route({
  method: 'get',
  path: '/breaches/{incidentId}/people',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'People affected, and the proof that each was told; `undone`: those for whom an officer must find another way',
  params: incidentParams,
  query: Paging.extend({ notice: z.enum([...noticeStates, 'undone']).optional() }),
  reply: { status: 200, schema: pageOf(AffectedPerson) },
  async handle({ who, db, params, query }) {
    const { notice } = query;
    const wanted = notice === 'undone' ? undone : notice ? [notice] : noticeStates;
    const [after = null] = keysAfter(query.cursor, 1) ?? [];
    const rows = await db.inTenant(who.tenantId, async (tx) => {
      await foundIncident(tx, params.incidentId);
      return listPeople(tx, params.incidentId, wanted, { after, rows: query.limit + 1 });
    });
    return cutPage(rows, query.limit, ({ personId }) => [personId]);
  },
});

const told = route({
  method: 'post',
  path: '/breaches/{incidentId}/people/{personId}/told',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'The person was told by other means than e-mail',
  params: personParams,
  body: z.strictObject({ note: z.string().trim().min(1).max(2000) }),
  reply: { status: 204, schema: Nothing },
  errors: ['conflict'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const incident = await foundIncident(tx, params.incidentId); // a letter may come back after the incident was closed
      if (!(await tellOtherwise(tx, incident, params.personId, { note: body.note, byUser: who.userId })))
        throw new Problem('conflict', 'Nobody of this id waits to be told by other means.');
      return undefined;
    }),
});

const bounced = route({
  method: 'post',
  path: '/breaches/{incidentId}/people/{personId}/bounced',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'The notice came back after it had been sent',
  params: personParams,
  reply: { status: 204, schema: Nothing },
  errors: ['conflict'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const incident = await openIncidentOf(tx, params.incidentId);
      if (!(await markBounced(tx, incident.id, params.personId, { byUser: who.userId, answer: null })))
        throw new Problem('conflict', 'No notice to this person has been sent.');
      return undefined;
    }),
});

const PAGE = 1_000;
const HEAD = ['person', 'name', 'street', 'city', 'state', 'postal code', 'country'];

async function* rows(db: Database, tenantId: string, incidentId: string): AsyncGenerator<string> {
  yield stringify([HEAD]);
  for (let after: string | null = null; ; ) {
    const page = await db.inTenant(tenantId, (tx) => listForPost(tx, incidentId, after, PAGE));
    // A cell that a spreadsheet would take for a formula is text.
    const cells = page.map((person) => Object.values(person).map((cell: string) => cell.replace(/^[=+\-@\t\r]/, "'$&")));
    if (cells.length > 0) yield stringify(cells);
    if (page.length < PAGE) return;
    after = page.at(-1)?.personId ?? null;
  }
}

const post = route({
  method: 'get',
  path: '/breaches/{incidentId}/post.csv',
  action: 'breaches.write', // the file leaves the house
  tag: 'Breaches',
  summary:
    'For the mail house: whom e-mail must not or cannot reach; the street from whatever heading the contact file had it under',
  params: incidentParams,
  reply: { status: 200, schema: File, mediaType: 'text/csv; charset=utf-8' },
  async handle({ who, db, params, reply }) {
    await db.inTenant(who.tenantId, (tx) => foundIncident(tx, params.incidentId));
    reply('Content-Disposition', 'attachment; filename="breach-post.csv"');
    return Readable.from(rows(db, who.tenantId, params.incidentId));
  },
});

export const breachPeopleRoutes = [list, told, bounced, post];
