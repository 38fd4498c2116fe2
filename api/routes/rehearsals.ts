import { z } from 'zod';
import { calendarDays, calendarParts, holdCounts, listHolds, listTouches } from '../../db/rehearsal/calendar.ts';
import {
  beginRehearsal,
  cancelRehearsal,
  findRehearsal,
  forgetRehearsal,
  listRehearsals,
  type Rehearsal as Stored,
  rehearsalStates,
} from '../../db/rehearsal/rehearsals.ts';
import type { Tx } from '../../db/transaction.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route, type Who } from '../route.ts';
import { Id, Instant, Nothing, Zone } from '../shapes.ts';
import { checkedPlan, plan, refuseFaults } from './launches.ts';

const Rehearsal = z
  .object({
    id: Id,
    sequenceId: Id,
    sequenceName: z.string(),
    version: z.int(),
    listIds: z.array(Id),
    mailboxIds: z.array(Id),
    reEnter: z.enum(['once', 'if_not_active', 'any_time']),
    weeks: z.int(),
    state: z.enum(rehearsalStates),
    fromAt: Instant,
    untilAt: Instant,
    reachedAt: Instant.nullable().meta({ description: 'How far the rehearsal has come, on its own clock.' }),
    people: z.int(),
    messages: z.int(),
    tasks: z.int(),
    blocked: z.int(),
    unfinished: z.int().meta({ description: 'People who are not through when the weeks are over.' }),
    createdBy: Id,
    createdAt: Instant,
    endedAt: Instant.nullable(),
  })
  .meta({
    id: 'Rehearsal',
    description: 'A launch played through by the rules that will decide, over a copy that cannot send and is erased afterwards.',
  });

const params = z.object({ rehearsalId: Id });
const filter = {
  ownerId: Id.optional().meta({ description: "A rep's part." }),
  mailboxId: Id.optional(),
  company: z.string().max(253).optional().meta({ description: "Domain of the company's addresses." }),
};
const zone = Zone.default('UTC');
const standings = ['blocked', 'held', 'stopped', 'waits'] as const;

const begin = route({
  method: 'post',
  path: '/rehearsals',
  action: 'launches.write',
  tag: 'Rehearsals',
  summary: 'Play a launch through before it is launched: the next weeks as a calendar; nothing can leave',
  body: z.strictObject({ ...plan, weeks: z.int().min(1).max(12).default(4) }),
  reply: { status: 202, schema: Rehearsal },
  errors: ['launch-refused', 'conflict', 'not-found'],
  async handle({ who, db, deps, body }) {
    const { version, findings } = await checkedPlan(db, who, deps, body);
    refuseFaults(findings);
    return db.inTenant(who.tenantId, async (tx) => {
      const id = await beginRehearsal(tx, { ...body, version, createdBy: who.userId });
      if (!id) throw new Problem('conflict', 'Your last rehearsal still plays: wait for it, or cancel it.');
      return found(tx, id);
    });
  },
});

const list = route({
  method: 'get',
  path: '/rehearsals',
  action: 'launches.read',
  tag: 'Rehearsals',
  summary: 'Rehearsals, newest first',
  query: Paging,
  reply: { status: 200, schema: pageOf(Rehearsal) },
  async handle({ who, db, query }) {
    const after = keysAfter(query.cursor, 2);
    const rows = await db.inTenant(who.tenantId, (tx) => listRehearsals(tx, { after, rows: query.limit + 1 }));
    return cutPage(rows, query.limit, ({ createdKey, id }) => [createdKey, id]);
  },
});

const read = route({
  method: 'get',
  path: '/rehearsals/{rehearsalId}',
  action: 'launches.read',
  tag: 'Rehearsals',
  summary: 'A rehearsal: how far it has come, and its sums',
  params,
  reply: { status: 200, schema: Rehearsal },
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, (tx) => found(tx, params.rehearsalId)),
});

const cancel = route({
  method: 'post',
  path: '/rehearsals/{rehearsalId}/cancel',
  action: 'launches.write',
  tag: 'Rehearsals',
  summary: 'End it where it is: its copy is erased, and nothing is kept of it',
  params,
  reply: { status: 202, schema: Rehearsal },
  errors: ['conflict'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { state } = await mine(tx, who, params.rehearsalId);
      if (!(await cancelRehearsal(tx, params.rehearsalId))) throw new Problem('conflict', `The rehearsal is ${state}.`);
      return found(tx, params.rehearsalId);
    }),
});

const forget = route({
  method: 'delete',
  path: '/rehearsals/{rehearsalId}',
  action: 'launches.write',
  tag: 'Rehearsals',
  summary: 'Delete what came of a rehearsal that has ended',
  params,
  reply: { status: 204, schema: Nothing },
  errors: ['conflict'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await mine(tx, who, params.rehearsalId);
      if (!(await forgetRehearsal(tx, params.rehearsalId))) throw new Problem('conflict', 'It still plays: cancel it first.');
      return undefined;
    }),
});

const calendar = route({
  method: 'get',
  path: '/rehearsals/{rehearsalId}/calendar',
  action: 'launches.read',
  tag: 'Rehearsals',
  summary: 'The rehearsed weeks day by day, by rep, mailbox and company, with what would be held and why',
  params,
  query: z.object({ ...filter, zone }),
  reply: {
    status: 200,
    schema: z
      .object({
        days: z.array(z.object({ day: z.iso.date(), emails: z.int(), tasks: z.int(), calls: z.int() })),
        holds: z.array(z.object({ standing: z.enum(standings), because: z.string(), people: z.int() })),
        reps: z.array(z.object({ id: Id, name: z.string(), touches: z.int() })),
        mailboxes: z.array(z.object({ id: Id, address: z.string(), touches: z.int() })),
        companies: z
          .array(z.object({ company: z.string(), touches: z.int() }))
          .meta({ description: 'The two hundred with the most.' }),
      })
      .meta({ id: 'RehearsalCalendar' }),
  },
  handle: ({ who, db, params: { rehearsalId }, query }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await found(tx, rehearsalId);
      const part = partOf(query);
      return {
        days: await calendarDays(tx, rehearsalId, part, query.zone),
        holds: await holdCounts(tx, rehearsalId, part),
        ...(await calendarParts(tx, rehearsalId)),
      };
    }),
});

const Person = z.object({ id: Id, name: z.string().nullable(), email: z.string().nullable(), company: z.string().nullable() });
const shown = { contact: Person, mailboxId: Id, ownerId: Id, step: z.int() };

const touches = route({
  method: 'get',
  path: '/rehearsals/{rehearsalId}/touches',
  action: 'launches.read',
  tag: 'Rehearsals',
  summary: 'What would go, and when; of one day, or of all',
  params,
  query: Paging.extend({ ...filter, zone, day: z.iso.date().optional() }),
  reply: {
    status: 200,
    schema: pageOf(z.object({ ...shown, kind: z.enum(['email', 'task', 'call']), at: Instant }).meta({ id: 'RehearsedTouch' })),
  },
  async handle({ who, db, params: { rehearsalId }, query }) {
    const after = keysAfter(query.cursor, 3);
    const part = { ...partOf(query), day: query.day ?? null, zone: query.zone };
    const rows = await db.inTenant(who.tenantId, async (tx) => {
      await found(tx, rehearsalId);
      return listTouches(tx, rehearsalId, part, { after, rows: query.limit + 1 });
    });
    const { items, next } = cutPage(rows, query.limit, ({ key, contactId, step }) => [key, contactId, String(step)]);
    return { items: items.map(withPerson), next };
  },
});

const holds = route({
  method: 'get',
  path: '/rehearsals/{rehearsalId}/holds',
  action: 'launches.read',
  tag: 'Rehearsals',
  summary: 'Who would not go, or not at once, by the rule that holds them',
  params,
  query: Paging.extend({ ...filter, standing: z.enum(standings).optional(), because: z.string().max(100).optional() }),
  reply: {
    status: 200,
    schema: pageOf(
      z
        .object({
          ...shown,
          standing: z.enum(standings),
          because: z.string(),
          sinceAt: Instant,
          goesAt: Instant.nullable().meta({ description: 'When it goes after all; null: not in these weeks.' }),
        })
        .meta({ id: 'RehearsedHold' }),
    ),
  },
  async handle({ who, db, params: { rehearsalId }, query }) {
    const after = keysAfter(query.cursor, 5);
    const part = { ...partOf(query), standing: query.standing ?? null, because: query.because ?? null };
    const rows = await db.inTenant(who.tenantId, async (tx) => {
      await found(tx, rehearsalId);
      return listHolds(tx, rehearsalId, part, { after, rows: query.limit + 1 });
    });
    const { items, next } = cutPage(rows, query.limit, ({ key, contactId, step, standing, because }) => [
      key,
      contactId,
      String(step),
      standing,
      because,
    ]);
    return { items: items.map(withPerson), next };
  },
});

export const rehearsalRoutes = [begin, list, read, cancel, forget, calendar, touches, holds];

function partOf(query: { ownerId?: string | undefined; mailboxId?: string | undefined; company?: string | undefined }) {
  return { ownerId: query.ownerId ?? null, mailboxId: query.mailboxId ?? null, company: query.company ?? null };
}

function withPerson<Row extends { contactId: string; name: string | null; email: string | null; company: string | null }>({
  contactId,
  name,
  email,
  company,
  ...row
}: Row) {
  return { ...row, contact: { id: contactId, name, email, company } };
}

async function found(tx: Tx, rehearsalId: string): Promise<Stored> {
  const rehearsal = await findRehearsal(tx, rehearsalId);
  if (!rehearsal) throw new Problem('not-found', 'There is no such rehearsal in this workspace.');
  return rehearsal;
}

/** A rep ends and deletes rehearsals of their own; an owner all. */
async function mine(tx: Tx, who: Who, rehearsalId: string): Promise<Stored> {
  const rehearsal = await found(tx, rehearsalId);
  if (who.role === 'rep' && rehearsal.createdBy !== who.userId) throw new Problem('forbidden', 'Another user rehearses this.');
  return rehearsal;
}
