import { z } from 'zod';
import { type DoNotCall, honourDoNotCall, writeDoNotCall } from '../../db/calls/doNotCall.ts';
import { calleeOf } from '../../db/calls/tasks.ts';
import { findTask, listTasks, type ShownTask, taskKinds, taskStates } from '../../db/taskList.ts';
import { finishTask, taskOutcomes, type TaskResult } from '../../db/tasks.ts';
import type { Tx } from '../../db/transaction.ts';
import { openingAfter } from '../../law/openings.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import type { Dependencies } from '../dependencies.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { type Who, route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const Task = z
  .object({
    id: Id,
    kind: z.enum(taskKinds),
    state: z.enum(taskStates).meta({ description: '`not_cleared`: a call that no check has cleared; it must not be made.' }),
    ownerId: Id,
    outcome: z.string().nullable(),
    note: z.string(),
    dueAt: Instant,
    createdAt: Instant,
    doneAt: Instant.nullable(),
    contact: z.object({
      id: Id,
      name: z.string().nullable(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
      company: z.string().nullable(),
    }),
    enrolmentId: Id,
    launchId: Id,
    sequenceName: z.string(),
    step: z
      .object({
        id: z.string(),
        kind: z.string(),
        title: z.string().optional(),
        instructions: z.string().optional(),
        subject: z.string().optional(),
      })
      .nullable(),
    inbound: z.object({ kind: z.string(), subject: z.string(), body: z.string(), receivedAt: z.string() }).nullable(),
  })
  .meta({ id: 'Task' });

const list = route({
  method: 'get',
  path: '/tasks',
  action: 'tasks.read',
  tag: 'Tasks',
  summary: "One's own tasks, what is due first comes first; an owner may look at somebody else's or everybody's",
  query: Paging.extend({
    state: z.enum(['open', 'done', 'cancelled']).default('open').meta({ description: '`open` with those that are not cleared.' }),
    kind: z.enum(taskKinds).optional(),
    owner: Id.or(z.literal('all')).optional(),
  }),
  reply: { status: 200, schema: pageOf(Task) },
  async handle({ who, db, query }) {
    const { owner = who.userId, state, kind = null } = query;
    if (owner !== who.userId && who.role !== 'owner') throw new Problem('forbidden', "An owner may look at others' tasks.");
    const filter = {
      ownerId: owner === 'all' ? null : owner,
      states: state === 'open' ? (['open', 'not_cleared'] as const) : [state],
      kind,
    };
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const tasks = await db.inTenant(who.tenantId, (tx) => listTasks(tx, filter, page));
    const { items, next } = cutPage(tasks, query.limit, ({ dueKey, id }) => [dueKey, id]);
    return { items: items.map(shown), next };
  },
});

const read = route({
  method: 'get',
  path: '/tasks/{taskId}',
  action: 'tasks.read',
  tag: 'Tasks',
  summary: 'One task',
  params: z.object({ taskId: Id }),
  reply: { status: 200, schema: Task },
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, async (tx) => shown(await own(tx, who, params.taskId))),
});

const finish = route({
  method: 'post',
  path: '/tasks/{taskId}/done',
  action: 'tasks.write',
  tag: 'Tasks',
  summary: `End a task with its outcome: ${Object.entries(taskOutcomes)
    .map(([kind, outcomes]) => `${kind}: ${outcomes.join(', ')}`)
    .join('; ')}`,
  params: z.object({ taskId: Id }),
  body: z.strictObject({ outcome: z.string().min(1).max(40), note: z.string().max(5000).default('') }),
  reply: { status: 200, schema: Task },
  errors: ['conflict'],
  async handle({ who, db, deps, params: { taskId }, body }) {
    const { task, requestId } = await db.inTenant(who.tenantId, async (tx) => {
      const { kind } = await own(tx, who, taskId);
      const number = body.outcome === 'do_not_call' ? (await calleeOf(tx, taskId))?.callee.number : undefined;
      const result = await finishTask(tx, taskId, { ...body, byUser: who.userId }, openingAfter);
      if (result !== 'done') throw refusal(result, taskOutcomes[kind]);
      const requestId = number ? await writeDoNotCall(tx, requestOf(number, { who, deps })) : null;
      return { task: shown(await own(tx, who, taskId)), requestId };
    });
    if (requestId !== null) await honourDoNotCall(deps.stops, who.tenantId, requestId, openingAfter);
    return task;
  },
});

export const taskRoutes = [list, read, finish];

function requestOf(number: string, { who, deps }: { who: Who; deps: Dependencies }): DoNotCall {
  const hashes = [addressHash(deps.addressKey, who.tenantId, number)];
  return { hashes, basis: 'disposition', byUser: who.userId, deadline: optOutDeadline };
}

function refusal(result: Exclude<TaskResult, 'done'>, outcomes: readonly string[]): Problem {
  if (result === 'not_found') return new Problem('not-found', 'You have no such task.');
  if (result === 'not_open') return new Problem('conflict', 'The task has been ended already.');
  if (result === 'not_cleared') return new Problem('conflict', 'This call has not been cleared, so it must not be made (P12).');
  const message = `Such a task ends with one of ${outcomes.join(', ')}.`;
  return new Problem('invalid-request', message, { errors: [{ pointer: '/outcome', message }] });
}

/** A task of one's own; an owner may look after everybody's. */
async function own(tx: Tx, who: Who, taskId: string): Promise<ShownTask> {
  const task = await findTask(tx, taskId);
  if (!task || (task.ownerId !== who.userId && who.role !== 'owner')) throw new Problem('not-found', 'You have no such task.');
  return task;
}

function shown({ contactId, contactName, contactEmail, contactPhone, company, ...task }: ShownTask): z.input<typeof Task> {
  return { ...task, contact: { id: contactId, name: contactName, email: contactEmail, phone: contactPhone, company } };
}
