import { z } from 'zod';
import { findTask, listTasks, type ShownTask, taskKinds, taskStates } from '../../db/taskList.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

export const Task = z
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
  async handle({ who, db, params }) {
    const task = await db.inTenant(who.tenantId, (tx) => findTask(tx, params.taskId));
    if (!task || (task.ownerId !== who.userId && who.role !== 'owner')) throw new Problem('not-found', 'You have no such task.');
    return shown(task);
  },
});

export const taskRoutes = [list, read];

function shown({ contactId, contactName, contactEmail, contactPhone, company, ...task }: ShownTask): z.input<typeof Task> {
  return { ...task, contact: { id: contactId, name: contactName, email: contactEmail, phone: contactPhone, company } };
}
