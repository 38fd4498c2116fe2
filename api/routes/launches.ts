import { createHash } from 'node:crypto';
import { z } from 'zod';
import { applyEvents, resumeEnrolment } from '../../db/enrolments.ts';
import { releaseHeld } from '../../db/holds.ts';
import { markReply } from '../../db/inbound.ts';
import {
  isInLaunch,
  launchOrders,
  launchProgress,
  listLaunches,
  listPeople,
  listSizes,
  peopleKeys,
  peopleOrders,
} from '../../db/launchList.ts';
import { addLists, createLaunch, type NewLaunch } from '../../db/launches.ts';
import { lookAtMove, moveLaunch } from '../../db/launchVersions.ts';
import { contactNames } from '../../db/previews.ts';
import { findMailbox } from '../../db/mailboxes.ts';
import { findSequence, findVersion } from '../../db/sequences.ts';
import { pauseLaunch, resumeLaunch, steer, stopLaunch } from '../../db/steering.ts';
import { readTenant } from '../../db/tenants.ts';
import type { Database, Tx } from '../../db/transaction.ts';
import { type EnrolmentEvent, states } from '../../domain/enrolment.ts';
import type { Definition } from '../../domain/sequence.ts';
import { openingAfter } from '../../law/openings.ts';
import type { Dependencies } from '../dependencies.ts';
import { Finding, findingsOf } from '../findings.ts';
import { foundLaunch, ownLaunch } from '../launchAccess.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging, sortedBy } from '../paging.ts';
import { preflight as lookAhead } from '../preflight.ts';
import { Problem } from '../problem.ts';
import { type Who, route } from '../route.ts';
import { Id, Instant, Nothing, VersionNumber, VersionText } from '../shapes.ts';

const MOST_PEOPLE = 100_000;
const launchStates = ['enrolling', 'running', 'paused', 'stopped', 'finished'] as const;
const blockedReasons = ['no_email', 'suppressed', 'in_another_sequence', 'was_in_this_sequence', 'window_never_opens'] as const;

const Launch = z
  .object({
    id: Id,
    sequenceId: Id,
    sequenceName: z.string(),
    version: z.int(),
    newestVersion: z.int(),
    reEnter: z.enum(['once', 'if_not_active', 'any_time']),
    state: z.enum(launchStates),
    createdBy: Id,
    createdAt: Instant,
    pausedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    people: z.partialRecord(z.enum(states), z.int()).meta({ description: 'How many are in each state.' }),
  })
  .meta({ id: 'Launch' });

const Counts = z.record(z.string(), z.int());
const LaunchDetail = Launch.extend({
  listIds: z.array(Id),
  listsLeft: z.int().meta({ description: 'Lists that are still being enrolled.' }),
  mailboxIds: z.array(Id),
  blocked: Counts,
  stopped: Counts,
  paused: Counts,
  steps: z.array(
    z.object({
      stepId: z.string(),
      kind: z.enum(['email', 'task', 'call']),
      title: z.string(),
      counts: Counts.meta({ description: 'Messages or tasks of the step by their state.' }),
      held: Counts.meta({ description: 'Messages that are held, by the rule that holds them.' }),
    }),
  ),
  nextAt: Instant.nullable(),
}).meta({ id: 'LaunchDetail' });

const LaunchPerson = z
  .object({
    enrolmentId: Id,
    contact: z.object({ id: Id, name: z.string().nullable(), email: z.string().nullable(), company: z.string().nullable() }),
    mailboxId: Id,
    state: z.enum(states),
    because: z.string().nullable(),
    step: z.int(),
    nextAt: Instant.nullable(),
    resumeAt: Instant.nullable(),
    lastSentAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    sent: z.int(),
    message: z
      .object({ state: z.string(), because: z.string().nullable(), dueAt: Instant })
      .nullable()
      .meta({ description: 'The message of the step that is at work, and what holds it.' }),
  })
  .meta({ id: 'LaunchPerson' });

const Person = z.object({ contactId: Id, name: z.string().nullable(), email: z.string().nullable() });
const PreflightReply = z
  .object({
    findings: z.array(Finding),
    people: z.int(),
    willStart: z.int(),
    blocked: z.array(z.object({ because: z.enum(blockedReasons), count: z.int() })),
    blockedPeople: z.array(Person.extend({ because: z.enum(blockedReasons) })).meta({ description: 'The first two hundred.' }),
    firstSends: z
      .array(Person.extend({ mailboxId: Id, at: Instant.nullable() }))
      .meta({ description: 'The first two hundred, in the order in which they would go.' }),
    firstAt: Instant.nullable(),
    lastFirstAt: Instant.nullable(),
    lastAt: Instant.nullable(),
    notWithinAYear: z.int(),
  })
  .meta({
    id: 'LaunchPreflight',
    description: 'A forecast by the rules that will decide; what else the mailboxes send is not in it.',
  });

const Ids = z
  .array(Id)
  .min(1)
  .max(50)
  .refine((ids) => new Set(ids).size === ids.length, 'Each once.');
/** What is launched to whom, over which mailboxes. */
export const plan = {
  sequenceId: Id,
  version: VersionNumber.optional(),
  listIds: Ids,
  mailboxIds: Ids,
  reEnter: z.enum(['once', 'if_not_active', 'any_time']).default('if_not_active'),
};
const params = z.object({ launchId: Id });
const moveParams = z.object({
  launchId: Id,
  version: VersionText,
});
const personParams = z.object({ launchId: Id, enrolmentId: Id });

/** What the list of launches, and the file of it, can be asked for. */
export const launchFilters = {
  state: z.enum(launchStates).optional(),
  sequenceId: Id.optional(),
  search: z.string().max(200).default(''),
  sort: sortedBy(launchOrders, '-launched'),
};

const list = route({
  method: 'get',
  path: '/launches',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'Launches, newest first or as asked',
  query: Paging.extend(launchFilters),
  reply: { status: 200, schema: pageOf(Launch) },
  async handle({ who, db, query }) {
    const { state = null, sequenceId = null, search, sort } = query;
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const launches = await db.inTenant(who.tenantId, (tx) => listLaunches(tx, { state, sequenceId, search, sort }, page));
    return cutPage(launches, query.limit, keysOf);
  },
});

const preflight = route({
  method: 'post',
  path: '/launches/preflight',
  action: 'launches.write',
  tag: 'Launches',
  summary: 'Before a launch: who is blocked and why, who waits, when the first and the last messages go',
  body: z.strictObject(plan),
  reply: { status: 200, schema: PreflightReply },
  errors: ['launch-refused', 'not-found'],
  async handle({ who, db, deps, body }) {
    const { definition, findings } = await checkedPlan(db, who, deps, body);
    const result = await lookAhead(db, who.tenantId, { ...body, definition });
    const { blockedPeople, firstSends } = {
      blockedPeople: result.blockedPeople.slice(0, 200),
      firstSends: [...result.firstSends]
        .sort((a, b) => (a.at?.getTime() ?? Infinity) - (b.at?.getTime() ?? Infinity))
        .slice(0, 200),
    };
    const ids = [...blockedPeople, ...firstSends].map(({ contactId }) => contactId);
    const names = new Map(
      (await db.inTenant(who.tenantId, (tx) => contactNames(tx, ids))).map((contact) => [contact.contactId, contact]),
    );
    const named = <Row extends { contactId: string }>(row: Row) => ({
      ...row,
      name: null,
      email: null,
      ...names.get(row.contactId),
    });
    return { ...result, findings, blockedPeople: blockedPeople.map(named), firstSends: firstSends.map(named) };
  },
});

const create = route({
  method: 'post',
  path: '/launches',
  action: 'launches.write',
  tag: 'Launches',
  summary: 'Launch a sequence to lists over mailboxes; the same request launches once, at once or a week later',
  body: z.strictObject({
    ...plan,
    requestKey: z.string().min(1).max(200).optional().meta({
      description:
        'Names the request. Absent: the Idempotency-Key, or else what is launched to whom: the same again is then the same launch.',
    }),
  }),
  reply: { status: 201, schema: Launch },
  errors: ['launch-refused', 'idempotency-key-reused', 'not-found'],
  async handle({ who, db, deps, body, headers }) {
    const { version, findings } = await checkedPlan(db, who, deps, body);
    refuseFaults(findings);
    const key = body.requestKey ?? headers['idempotency-key'];
    const requestKey = typeof key === 'string' ? key : sameAgain({ ...body, version });
    const { sequenceId, listIds, mailboxIds, reEnter } = body;
    return db.inTenant(who.tenantId, async (tx) => {
      const { id, isNew } = await createLaunch(tx, {
        sequenceId,
        version,
        listIds,
        mailboxIds,
        reEnter,
        requestKey,
        createdBy: who.userId,
      });
      const launch = await foundLaunch(tx, id);
      if (!isNew && launch.sequenceId !== sequenceId) {
        throw new Problem('idempotency-key-reused', 'Another sequence was launched under this key: take a new one.');
      }
      return launch;
    });
  },
});

const read = route({
  method: 'get',
  path: '/launches/{launchId}',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'A launch and its progress, counted from the record',
  params,
  reply: { status: 200, schema: LaunchDetail },
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, (tx) => detail(tx, params.launchId)),
});

const listAllPeople = route({
  method: 'get',
  path: '/launches/{launchId}/people',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'People of a launch, as asked: where each one is, and why',
  params,
  query: Paging.extend({
    state: z.enum(states).optional(),
    because: z.string().max(60).optional(),
    search: z.string().max(200).default(''),
    sort: sortedBy(peopleOrders, null),
  }),
  reply: { status: 200, schema: pageOf(LaunchPerson) },
  async handle({ who, db, params, query }) {
    const { state = null, because = null, search, sort } = query;
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const rows = await db.inTenant(who.tenantId, async (tx) => {
      await foundLaunch(tx, params.launchId);
      return listPeople(tx, params.launchId, { state, because, search, sort }, page);
    });
    const { items, next } = cutPage(rows, query.limit, peopleKeys);
    return {
      items: items.map(({ contactId, name, email, company, sendState, sendBecause, sendDueAt, ...person }) => ({
        ...person,
        contact: { id: contactId, name, email, company },
        message: sendState !== null && sendDueAt !== null ? { state: sendState, because: sendBecause, dueAt: sendDueAt } : null,
      })),
      next,
    };
  },
});

/** A verb on a launch: answers its new state, or that its present one does not allow it. */
function verb<const Path extends `/${string}`>(
  path: Path,
  summary: string,
  act: (tx: Tx, launchId: string, who: Who) => Promise<boolean>,
) {
  return route({
    method: 'post',
    path,
    action: 'launches.write',
    tag: 'Launches',
    summary,
    params,
    reply: { status: 200, schema: LaunchDetail },
    errors: ['conflict'],
    async handle({ who, db, params }) {
      await steer(db, who.tenantId, params.launchId, async (tx) => {
        const { state } = await ownLaunch(tx, who, params.launchId);
        if (!(await act(tx, params.launchId, who))) throw new Problem('conflict', `The launch is ${state}.`);
      });
      return db.inTenant(who.tenantId, (tx) => detail(tx, params.launchId));
    },
  });
}

const pause = verb(
  '/launches/{launchId}/pause',
  'Pause: nothing more begins, everybody keeps place and remaining delay',
  (tx, id, who) => pauseLaunch(tx, id, who.userId),
);
const resume = verb('/launches/{launchId}/resume', 'Go on where it was paused', resumeLaunch);
const stop = verb('/launches/{launchId}/stop', 'End it for good: what is planned is cancelled', (tx, id, who) =>
  stopLaunch(tx, id, who.userId),
);
const release = verb(
  '/launches/{launchId}/release',
  'Send what was held for review: what was late, tried too often, without words for a person, or without a window',
  async (tx, id) => (await releaseHeld(tx, id, ['late', 'retry', 'unrenderable', 'window_never_opens'])) > 0, // still at fault: held again
);

const addPeople = route({
  method: 'post',
  path: '/launches/{launchId}/lists',
  action: 'launches.write',
  tag: 'Launches',
  summary: 'Add the people of lists, also of lists that have grown since',
  params,
  body: z.strictObject({ listIds: plan.listIds }),
  reply: { status: 200, schema: LaunchDetail },
  errors: ['conflict', 'launch-refused'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { state } = await ownLaunch(tx, who, params.launchId);
      if (state === 'stopped') throw new Problem('conflict', 'The launch was stopped for good.');
      await refuseLists(tx, body.listIds);
      await addLists(tx, params.launchId, body.listIds);
      return detail(tx, params.launchId);
    }),
});

const LaunchMove = z
  .object({
    version: z.int(),
    moves: z.int(),
    stays: z.int(),
    places: z.array(
      z.object({
        version: z.int(),
        step: z.int(),
        stepId: z.string(),
        people: z.int(),
        movesTo: z.object({ stepId: z.string() }).nullable().meta({ description: 'Null: they keep the words that they have.' }),
      }),
    ),
  })
  .meta({ id: 'LaunchMove' });

const lookAtMoveTo = route({
  method: 'get',
  path: '/launches/{launchId}/moves/{version}',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'Who would move where if the launch went over to another version of its sequence',
  params: moveParams,
  reply: { status: 200, schema: LaunchMove },
  handle: ({ who, db, params: { launchId, version } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const places = await lookAtMove(tx, launchId, version);
      if (!places) throw new Problem('not-found', 'There is no such launch, or its sequence has no such version.');
      const count = (chosen: typeof places) => chosen.reduce((sum, { people }) => sum + people, 0);
      const stays = count(places.filter(({ movesTo }) => !movesTo));
      return { version, moves: count(places) - stays, stays, places };
    }),
});

const move = route({
  method: 'post',
  path: '/launches/{launchId}/moves/{version}',
  action: 'launches.write',
  tag: 'Launches',
  summary: 'Go over to another version: whoever can be moved is moved, and newcomers get the new words',
  params: moveParams,
  reply: { status: 200, schema: LaunchDetail },
  errors: ['conflict', 'launch-refused'],
  handle: ({ who, db, deps, params: { launchId, version } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { state, sequenceId } = await ownLaunch(tx, who, launchId);
      if (state === 'stopped' || state === 'finished') throw new Problem('conflict', `The launch is ${state}.`);
      const words = await findVersion(tx, sequenceId, version);
      if (!words) throw new Problem('not-found', 'The sequence has no such version.');
      refuseFaults(findingsOf(words.definition, await readTenant(tx), deps.templates));
      await moveLaunch(tx, launchId, version, who.userId);
      return detail(tx, launchId);
    }),
});

/** A verb on one person of a launch. */
function personVerb<const Path extends `/${string}`>(
  path: Path,
  summary: string,
  act: (tx: Tx, enrolmentId: string, byUser: string) => Promise<boolean>,
) {
  return route({
    method: 'post',
    path,
    action: 'launches.write',
    tag: 'Launches',
    summary,
    params: personParams,
    reply: { status: 204, schema: Nothing },
    errors: ['conflict'],
    handle: ({ who, db, params: { launchId, enrolmentId } }) =>
      db.inTenant(who.tenantId, async (tx) => {
        await ownLaunch(tx, who, launchId);
        if (!(await isInLaunch(tx, launchId, enrolmentId)))
          throw new Problem('not-found', 'There is no such person in this launch.');
        if (!(await act(tx, enrolmentId, who.userId))) {
          throw new Problem('conflict', 'The person is in another state by now: look again.');
        }
        return undefined;
      }),
  });
}

function letAct(event: EnrolmentEvent) {
  return async (tx: Tx, enrolmentId: string, byUser: string) =>
    (await applyEvents(tx, [{ enrolmentId, event, byUser }], openingAfter)).size === 1;
}

const person = '/launches/{launchId}/people/{enrolmentId}';
const remove = personVerb(`${person}/remove`, 'Take a person out of the launch', letAct({ kind: 'stop', because: 'removed' }));
const finish = personVerb(
  `${person}/finish`,
  'Finish a person: nothing more is sent, the history stays',
  letAct({ kind: 'finish' }),
);
const pausePerson = personVerb(
  `${person}/pause`,
  'Pause a person, who keeps place and remaining delay',
  letAct({ kind: 'pause', because: 'by_hand' }),
);
const resumePerson = personVerb(`${person}/resume`, 'Take a paused person up again', resumeEnrolment);
const replied = personVerb(
  `${person}/replied`,
  'Mark that a person has answered by another road: the sequence stops, or goes on where it has a branch for that',
  (tx, enrolmentId, byUser) => markReply(tx, enrolmentId, byUser, openingAfter),
);

export const launchRoutes = [
  list,
  preflight,
  create,
  read,
  listAllPeople,
  pause,
  resume,
  stop,
  release,
  addPeople,
  lookAtMoveTo,
  move,
  remove,
  finish,
  pausePerson,
  resumePerson,
  replied,
];

async function detail(tx: Tx, launchId: string): Promise<z.input<typeof LaunchDetail>> {
  const launch = await foundLaunch(tx, launchId);
  const { definition, sends, tasks, ...progress } = await launchProgress(tx, launchId);
  const steps = definition.steps.map((step, index) => {
    const rows = step.kind === 'email' ? sends : tasks;
    const counts: Record<string, number> = {};
    for (const { state, count } of rows.filter((row) => row.step === index)) counts[state] = (counts[state] ?? 0) + count;
    const held: Record<string, number> = {};
    for (const { because, count } of sends.filter((row) => row.step === index && row.state === 'held'))
      held[because ?? ''] = count;
    return { stepId: step.id, kind: step.kind, title: step.kind === 'email' ? step.subject : step.title, counts, held };
  });
  return { ...launch, ...progress, steps };
}

/** The words that would be launched and what the checks say of them; refuses a plan that names what is not there. */
export async function checkedPlan(
  db: Database,
  who: Who,
  { templates }: Dependencies,
  {
    sequenceId,
    version: asked,
    listIds,
    mailboxIds,
  }: Pick<NewLaunch, 'sequenceId' | 'listIds' | 'mailboxIds'> & { version?: number | undefined },
): Promise<{ definition: Definition; version: number; findings: z.output<typeof Finding>[] }> {
  return db.inTenant(who.tenantId, async (tx) => {
    const sequence = await findSequence(tx, sequenceId);
    const words = sequence && (await findVersion(tx, sequenceId, asked ?? sequence.newest));
    if (!words) throw new Problem('not-found', 'There is no such sequence, or version of it, in this workspace.');
    await refuseLists(tx, listIds);
    for (const id of mailboxIds) {
      const mailbox = await findMailbox(tx, id);
      if (!mailbox) throw new Problem('not-found', 'One of the mailboxes is not in this workspace.');
      if (who.role === 'rep' && mailbox.kind === 'rep' && mailbox.ownerId !== who.userId) {
        throw new Problem('forbidden', `${mailbox.address} is another user's mailbox.`);
      }
    }
    const findings = findingsOf(words.definition, await readTenant(tx), templates);
    return { definition: words.definition, version: words.version, findings };
  });
}

export function refuseFaults(findings: readonly z.output<typeof Finding>[]): void {
  const refusals = findings.filter(({ severity }) => severity === 'refuse');
  if (refusals.length === 0) return;
  const errors = refusals.map(({ stepId, message }) => ({ pointer: `/steps/${stepId}`, message }));
  throw new Problem('launch-refused', refusals.map(({ stepId, message }) => `${stepId}: ${message}`).join(' '), { errors });
}

async function refuseLists(tx: Tx, listIds: readonly string[]): Promise<void> {
  const lists = await listSizes(tx, listIds);
  if (lists.found.length < new Set(listIds).size) throw new Problem('not-found', 'One of the lists is not in this workspace.');
  if (lists.people === 0) throw new Problem('launch-refused', 'Nobody is in these lists.');
  if (lists.people > MOST_PEOPLE) {
    throw new Problem('launch-refused', `A launch takes ${MOST_PEOPLE} people, and these lists hold ${lists.people}.`);
  }
}

/** The key of a request without one: the same words to the same lists over the same mailboxes. */
function sameAgain({
  sequenceId,
  version,
  listIds,
  mailboxIds,
  reEnter,
}: Pick<NewLaunch, 'sequenceId' | 'version' | 'listIds' | 'mailboxIds' | 'reEnter'>): string {
  const words = JSON.stringify([sequenceId, version, [...listIds].sort(), [...mailboxIds].sort(), reEnter]);
  return `same:${createHash('sha256').update(words).digest('base64url')}`;
}
