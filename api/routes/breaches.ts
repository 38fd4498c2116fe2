import { z } from 'zod';
import { approve } from '../../db/breach/approving.ts';
import { changeFacts, closeIncident, listEvents, listIncidents, openIncident } from '../../db/breach/incidents.ts';
import { replan, settleNoticeAt } from '../../db/breach/planning.ts';
import { addScope, type Scope as ScopeRow } from '../../db/breach/scopes.ts';
import { closeToldLines } from '../../db/breach/sending.ts';
import { readSettings, writeSettings } from '../../db/breach/settings.ts';
import { findList } from '../../db/lists.ts';
import type { Tx } from '../../db/transaction.ts';
import { noFacts } from '../../domain/breachFacts.ts';
import { US_STATES } from '../../domain/usStates.ts';
import { linePlan } from '../../law/breachPlanning.ts';
import {
  FactChange,
  foundIncident,
  Incident,
  incidentDetail,
  IncidentDetail,
  incidentParams,
  openIncidentOf,
  shownIncident,
} from '../breachShapes.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const Scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('list'), listId: Id }),
  z.strictObject({
    kind: z.literal('contacts'),
    states: z.array(z.enum(US_STATES)).max(60).default([]),
    tag: z.string().min(1).max(100).nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('users') }),
]);

const list = route({
  method: 'get',
  path: '/breaches',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'Incidents and drills, newest first',
  query: Paging,
  reply: { status: 200, schema: pageOf(Incident) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const rows = await db.inTenant(who.tenantId, (tx) => listIncidents(tx, page));
    const { items, next } = cutPage(rows, query.limit, ({ openedKey, id }) => [openedKey, id]);
    return { items: items.map(shownIncident), next };
  },
});

const open = route({
  method: 'post',
  path: '/breaches',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'Open an incident, or a drill: the clock has been running since the discovery',
  body: z.strictObject({
    title: z.string().trim().min(1).max(200),
    facts: FactChange.required({ discoveredAt: true }),
    scopes: z.array(Scope).max(50).default([]),
    isDrill: z.boolean().default(false),
    compression: z.int().min(1).max(10_000).default(1).meta({ description: "How many times faster a drill's clocks run." }),
  }),
  reply: { status: 201, schema: IncidentDetail },
  errors: ['invalid-request', 'not-found'],
  handle: ({ who, db, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { title, facts, scopes, isDrill, compression } = body;
      if (compression > 1 && !isDrill) throw new Problem('invalid-request', 'Only the clocks of a drill can run faster.');
      await refuseFuture(tx, facts.discoveredAt);
      const given = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
      const incident = { title, isDrill, compression, facts: { ...noFacts, ...given, discoveredAt: facts.discoveredAt } };
      const id = await openIncident(tx, { ...incident, openedBy: who.userId });
      for (const scope of scopes) await extend(tx, id, scope, who.userId);
      await replan(tx, id, linePlan, { reason: '', byUser: who.userId });
      return incidentDetail(tx, id);
    }),
});

async function extend(tx: Tx, incidentId: string, scope: ScopeRow, byUser: string): Promise<void> {
  if (scope.kind === 'list' && !(await findList(tx, scope.listId)))
    throw new Problem('not-found', 'There is no such list in this workspace.');
  await addScope(tx, incidentId, scope, byUser);
}

async function refuseFuture(tx: Tx, discoveredAt: string | undefined): Promise<void> {
  if (discoveredAt === undefined) return;
  const { isFuture } = await tx.row<{ isFuture: boolean }>(`select $1::timestamptz > decorum.now() as "isFuture"`, [
    discoveredAt,
  ]);
  if (isFuture) throw new Problem('invalid-request', 'A discovery lies in the past.');
}

const read = route({
  method: 'get',
  path: '/breaches/{incidentId}',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'An incident: its clocks by jurisdiction, what is missing, and the next right action',
  params: incidentParams,
  reply: { status: 200, schema: IncidentDetail },
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, (tx) => incidentDetail(tx, params.incidentId)),
});

const change = route({
  method: 'post',
  path: '/breaches/{incidentId}/facts',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'Add or correct facts: dates move earlier by themselves, later or away only with a reason',
  params: incidentParams,
  body: z.strictObject({ facts: FactChange, reason: z.string().trim().max(2000).default('') }),
  reply: { status: 200, schema: IncidentDetail },
  errors: ['conflict', 'invalid-request'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const incident = await openIncidentOf(tx, params.incidentId);
      await refuseFuture(tx, body.facts.discoveredAt);
      const facts = Object.fromEntries(Object.entries(body.facts).filter(([, value]) => value !== undefined));
      await changeFacts(tx, incident, { facts, reason: body.reason, byUser: who.userId });
      await replan(tx, incident.id, linePlan, { reason: body.reason, byUser: who.userId });
      const changed = await foundIncident(tx, incident.id);
      if (changed.noticeStartedAt) await closeToldLines(tx, changed);
      return incidentDetail(tx, incident.id);
    }),
});

const grow = route({
  method: 'post',
  path: '/breaches/{incidentId}/scopes',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'Say who else is affected: by a list, by a query over the contacts, or the users; only new people are told',
  params: incidentParams,
  body: Scope,
  reply: { status: 202, schema: IncidentDetail },
  errors: ['conflict'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await openIncidentOf(tx, params.incidentId);
      await extend(tx, params.incidentId, body, who.userId);
      return incidentDetail(tx, params.incidentId);
    }),
});

const refusals = {
  changed: 'The notices have changed since: look at them again.',
  started: 'The notice is on its way already.',
  closed: 'The incident is closed.',
  not_an_officer: 'Only an officer approves a notice.',
  not_found: 'There is no such incident in this workspace.',
} as const;

const approveNotice = route({
  method: 'post',
  path: '/breaches/{incidentId}/approve',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'Approve the notices as they are at a revision: they leave at once, when nobody else must approve',
  params: incidentParams,
  body: z.strictObject({ revision: z.int().min(1) }),
  reply: { status: 200, schema: IncidentDetail },
  errors: ['conflict'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const approval = await approve(tx, params.incidentId, body.revision, who.userId);
      if (approval === 'not_found') throw new Problem('not-found', refusals[approval]);
      if (approval !== 'approved' && approval !== 'needs_another') throw new Problem('conflict', refusals[approval]);
      return incidentDetail(tx, params.incidentId);
    }),
});

const close = route({
  method: 'post',
  path: '/breaches/{incidentId}/close',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'Close an incident of which no promise is open',
  params: incidentParams,
  reply: { status: 200, schema: IncidentDetail },
  errors: ['conflict'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await openIncidentOf(tx, params.incidentId);
      if (!(await closeIncident(tx, params.incidentId, who.userId)))
        throw new Problem('conflict', 'A promise of this incident is still open: closing would stop its clock.');
      return incidentDetail(tx, params.incidentId);
    }),
});

const IncidentEvent = z
  .object({
    id: z.int(),
    at: Instant,
    kind: z.string(),
    byUser: Id.nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'BreachEvent' });

const timeline = route({
  method: 'get',
  path: '/breaches/{incidentId}/timeline',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'Who knew, decided and did what, and when',
  params: incidentParams,
  reply: { status: 200, schema: z.object({ events: z.array(IncidentEvent) }).meta({ id: 'BreachTimeline' }) },
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await foundIncident(tx, params.incidentId);
      return { events: await listEvents(tx, params.incidentId) };
    }),
});

const Settings = z
  .object({
    fourEyes: z.boolean(),
    defaultOffBecause: z.string().nullable(),
    perSecond: z.number().nullable().meta({ description: 'Messages a second that the last drill measured.' }),
  })
  .meta({ id: 'BreachSettings' });

const settings = route({
  method: 'get',
  path: '/breach-settings',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'How notices are approved, and whether they leave without',
  reply: { status: 200, schema: Settings },
  handle: ({ who, db }) => db.inTenant(who.tenantId, readSettings),
});

const changeSettings = route({
  method: 'put',
  path: '/breach-settings',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'Four eyes for every notice; the unapproved notice off, with a reason that is recorded',
  body: z.strictObject({ fourEyes: z.boolean(), defaultOffBecause: z.string().trim().min(10).max(2000).nullable() }),
  reply: { status: 200, schema: Settings },
  handle: ({ who, db, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const settings = await writeSettings(tx, body, who.userId);
      for (const { id } of await tx.rows<{ id: string }>(`select id from breach_incidents where state = 'open' order by id`)) {
        await settleNoticeAt(tx, id);
      }
      return settings;
    }),
});

export const breachRoutes = [list, open, read, change, grow, approveNotice, close, timeline, settings, changeSettings];
