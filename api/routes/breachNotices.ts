import { z } from 'zod';
import { noticeFacts, noticeWords, writeWords } from '../../db/breach/words.ts';
import type { Tx } from '../../db/transaction.ts';
import { type Audience, checkNotice, letterLaws } from '../../domain/breachNotice.ts';
import { audiences, foundIncident, incidentParams, openIncidentOf } from '../breachShapes.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { SubjectLine } from '../shapes.ts';

const place = z.string().regex(/^([A-Z]{2})?$/, 'a state by its postal code; empty: the general letter');
const which = z.object({ audience: z.enum(audiences).default('users'), place: place.default('') });

const Notice = z
  .object({
    audience: z.enum(audiences),
    place: z.string(),
    places: z.array(z.string()).meta({ description: 'States whose letter to users is another one.' }),
    revision: z.int(),
    subject: z.string(),
    text: z.string().meta({ description: 'In it `{{name}}` stands for the name of the person.' }),
    isEdited: z.boolean(),
    findings: z.array(z.object({ kind: z.enum(['missing', 'forbidden']), what: z.string() })),
  })
  .meta({ id: 'BreachNotice' });

async function shown(tx: Tx, incidentId: string, audience: Audience, place: string): Promise<z.input<typeof Notice>> {
  const incident = await foundIncident(tx, incidentId);
  const facts = await noticeFacts(tx, incident);
  const words = await noticeWords(tx, incidentId, audience, place, facts);
  const findings = checkNotice(audience, place, words, facts);
  return { audience, place, places: Object.keys(letterLaws), revision: incident.revision, ...words, findings };
}

const preview = route({
  method: 'get',
  path: '/breaches/{incidentId}/notices',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'A notice as it would leave now, with what it lacks and what it must not say',
  params: incidentParams,
  query: which,
  reply: { status: 200, schema: Notice },
  handle: ({ who, db, params, query }) =>
    db.inTenant(who.tenantId, (tx) => shown(tx, params.incidentId, query.audience, query.place)),
});

const edit = route({
  method: 'put',
  path: '/breaches/{incidentId}/notices',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'Write a notice by hand; without words it is written from the facts again. It must be approved anew',
  params: incidentParams,
  body: z.strictObject({
    audience: z.enum(audiences),
    place,
    words: z.strictObject({ subject: SubjectLine, text: z.string().min(1).max(50_000) }).nullable(),
  }),
  reply: { status: 200, schema: Notice },
  errors: ['conflict'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const incident = await openIncidentOf(tx, params.incidentId);
      if (body.audience === 'users' && incident.noticeStartedAt && body.words === null)
        throw new Problem('conflict', 'The notice is on its way: what people have been told stays.');
      await writeWords(tx, incident, { ...body, byUser: who.userId });
      return shown(tx, params.incidentId, body.audience, body.place);
    }),
});

export const breachNoticeRoutes = [preview, edit];
