import { z } from 'zod';
import { findLaunch } from '../../db/launchList.ts';
import { heldMessages, timeline } from '../../db/timeline.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const TimelineEntry = z
  .object({
    at: Instant.nullable().meta({ description: 'Null: it is still to come.' }),
    kind: z.enum(['message', 'task', 'event', 'received', 'suppressed', 'next']),
    what: z.string(),
    step: z.int().nullable(),
    variant: z.string().nullable().meta({ description: 'Which of several wordings a message had.' }),
    because: z.string().nullable().meta({ description: 'The rule that holds it, or why it ended.' }),
    enrolmentId: Id.nullable(),
    launch: z.object({ id: Id, sequenceName: z.string() }).nullable(),
    nextAt: Instant.nullable(),
  })
  .meta({ id: 'TimelineEntry' });

const ofContact = route({
  method: 'get',
  path: '/contacts/{contactId}/timeline',
  action: 'contacts.read',
  tag: 'Contacts',
  summary:
    'Everything that a person got, did and has to expect, with why and when; what was sent stays when the contact is deleted',
  params: z.object({ contactId: Id }),
  reply: { status: 200, schema: z.object({ items: z.array(TimelineEntry) }).meta({ id: 'Timeline' }) },
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const items = await timeline(tx, params.contactId);
      if (items.length === 0 && (await tx.rows(`select from contacts where id = $1`, [params.contactId])).length === 0) {
        throw new Problem('not-found', 'There is no such contact in this workspace.');
      }
      return { items };
    }),
});

const WaitingMessage = z
  .object({
    sendId: Id,
    contactId: Id,
    contactName: z.string(),
    launchId: Id,
    step: z.int(),
    state: z.enum(['planned', 'held']),
    because: z.string().meta({ description: 'The first rule that holds it.' }),
    nextAt: Instant.nullable().meta({ description: 'Null: it waits for a person, not for a time.' }),
  })
  .meta({ id: 'WaitingMessage' });

const waiting = route({
  method: 'get',
  path: '/waiting',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'Messages that have not gone yet: which rule holds each, and when it goes',
  query: Paging.extend({ launchId: Id.optional() }),
  reply: { status: 200, schema: pageOf(WaitingMessage) },
  errors: ['not-found'],
  async handle({ who, db, query }) {
    const { launchId = null } = query;
    const [after] = keysAfter(query.cursor, 1) ?? [];
    const rows = await db.inTenant(who.tenantId, async (tx) => {
      if (launchId !== null && !(await findLaunch(tx, launchId)))
        throw new Problem('not-found', 'There is no such launch in this workspace.');
      return heldMessages(tx, { launchId, after: after ?? null, limit: query.limit + 1 });
    });
    return cutPage(rows, query.limit, ({ sendId }) => [sendId]);
  },
});

export const timelineRoutes = [ofContact, waiting];
