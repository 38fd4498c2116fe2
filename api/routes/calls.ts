import { z } from 'zod';
import { askedBy, type CallAsked, clear, type Clearance as Cleared, dial as dialNow } from '../../db/calls/clearances.ts';
import { callBack, calleeOf, listCalls, passedWindows, rewindow, type WindowRules } from '../../db/calls/tasks.ts';
import { findTask } from '../../db/taskList.ts';
import type { Tx } from '../../db/transaction.ts';
import { phoneNumber } from '../../domain/phoneNumber.ts';
import { callingTableVersion, callWindow, judgeCall } from '../../law/calls.ts';
import { openingAfter } from '../../law/openings.ts';
import { addressHash, addressHasher } from '../../providers/keyedHash.ts';
import type { Dependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';
import { route, type Who } from '../route.ts';
import { Id, Instant, Zone } from '../shapes.ts';

const sealed = 'clearances.number_sealed';
/** More than a rep calls in a week. */
const longestQueue = 500;

const QueuedCall = z
  .object({
    taskId: Id,
    contact: z.object({ id: Id, name: z.string().nullable(), company: z.string().nullable() }),
    title: z.string(),
    instructions: z.string(),
    state: z.enum(['open', 'not_cleared']).meta({ description: '`open`: it has been dialled and waits for its outcome.' }),
    note: z.string(),
    isOpen: z.boolean().meta({ description: 'Inside its window; only a clearance allows the call.' }),
    opensAt: Instant.nullable(),
    closesAt: Instant.nullable(),
    because: z.string(),
    zones: z.array(z.string()),
    states: z.array(z.string()),
    table: z.string().nullable().meta({ description: 'Version of the rule table.' }),
    dueAt: Instant,
  })
  .meta({ id: 'QueuedCall' });

const queue = route({
  method: 'get',
  path: '/calls',
  action: 'tasks.read',
  tag: 'Calls',
  summary: "One's own calls: what may be made now, the window that closes soonest first, then when the rest opens",
  reply: { status: 200, schema: z.object({ items: z.array(QueuedCall) }).meta({ id: 'CallQueue' }) },
  handle: ({ who, db, deps }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const rules = windowRules(who, deps);
      for (const taskId of await passedWindows(tx, who.userId)) await rewindow(tx, taskId, null, rules);
      const items: z.input<typeof QueuedCall>[] = [];
      for (const call of await listCalls(tx, who.userId, longestQueue)) {
        const task = await findTask(tx, call.taskId);
        if (!task || (task.state !== 'open' && task.state !== 'not_cleared')) continue;
        items.push({
          ...call,
          contact: { id: task.contactId, name: task.contactName, company: task.company },
          title: task.step?.title ?? 'Call',
          instructions: task.step?.instructions ?? '',
          state: task.state,
          note: task.note,
        });
      }
      return { items };
    }),
});

const Clearance = z
  .object({
    id: Id,
    state: z.enum(['cleared', 'refused', 'withdrawn', 'dialled']),
    because: z.string().nullable(),
    detail: z.string(),
    citation: z.string(),
    allowedUntil: Instant.nullable().meta({ description: 'Ten seconds at most: dial by then, or ask again.' }),
    opensAt: Instant.nullable().meta({ description: 'When hours and attempts would allow the call.' }),
    number: z.string().nullable().meta({ description: 'Only when the call may be made.' }),
  })
  .meta({ id: 'Clearance' });

const clearance = route({
  method: 'post',
  path: '/calls/clearance',
  action: 'calls.write',
  tag: 'Calls',
  summary: 'Whether a call may be made now, with the citation; recorded and signed (P12)',
  body: z
    .strictObject({
      taskId: Id.optional(),
      number: z.string().max(40).optional(),
      state: z.string().max(60).default(''),
      country: z.string().max(60).default(''),
      zone: Zone.optional(),
    })
    .refine(
      ({ taskId, number }) => (taskId === undefined) !== (number === undefined),
      'Give a task or a number, one of the two.',
    ),
  reply: { status: 200, schema: Clearance },
  errors: ['not-found', 'invalid-request'],
  async handle({ who, db, deps, body }) {
    const { taskId, number, state, country, zone = null } = body;
    const asked =
      taskId === undefined
        ? askedFor({ who, deps }, { number: typed(number ?? ''), state, country, zone }, nobody)
        : await db.inTenant(who.tenantId, (tx) => askedOfTask(tx, { who, deps }, taskId));
    return shown(await clear(db, who.tenantId, await withReassigned(asked, deps), rulesOf(deps)), asked);
  },
});

const dial = route({
  method: 'post',
  path: '/calls/clearance/{clearanceId}/dial',
  action: 'calls.write',
  tag: 'Calls',
  summary: 'Redeem a clearance, once, at the moment of dialling; refused when a request not to be called came in between',
  params: z.object({ clearanceId: Id }),
  reply: { status: 200, schema: Clearance },
  errors: ['not-found'],
  async handle({ who, db, deps, params: { clearanceId } }) {
    const asked = await db.inTenant(who.tenantId, async (tx) => {
      const found = await askedBy(tx, clearanceId);
      if (!found) throw new Problem('not-found', 'You have no such clearance.');
      const { callee } = JSON.parse(
        deps.vault.decrypt(found.numberSealed, { tenantId: who.tenantId, column: sealed }).toString(),
      ) as { callee: CallAsked['callee'] };
      const task = found.taskId === null ? null : await calleeOf(tx, found.taskId);
      return askedFor(
        { who, deps },
        callee,
        task === null ? { ...nobody, taskId: found.taskId } : { ...task, taskId: found.taskId },
      );
    });
    const dialled = await dialNow(db, who.tenantId, clearanceId, await withReassigned(asked, deps), rulesOf(deps));
    if (!dialled) throw new Problem('not-found', 'You have no such clearance.');
    return shown(dialled, asked);
  },
});

const again = route({
  method: 'post',
  path: '/tasks/{taskId}/call-back',
  action: 'tasks.write',
  tag: 'Calls',
  summary: 'Put a call off to an instant inside its window',
  params: z.object({ taskId: Id }),
  body: z.strictObject({ at: z.iso.datetime({ offset: true }), note: z.string().max(5000).default('') }),
  reply: { status: 200, schema: z.object({ opensAt: Instant.nullable(), closesAt: Instant.nullable() }) },
  errors: ['not-found', 'invalid-request'],
  handle: ({ who, db, deps, params: { taskId }, body: { at, note } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await askedOfTask(tx, { who, deps }, taskId);
      await callBack(tx, taskId, new Date(at), note);
      const window = await rewindow(tx, taskId, new Date(at), windowRules(who, deps));
      if (!window?.allowed) {
        const opens = window?.opensAt ? ` It opens ${window.opensAt.toString()}.` : '';
        const message = `The window is closed then: ${window?.reason ?? 'there is none'}.${opens}`;
        throw new Problem('invalid-request', message, { errors: [{ pointer: '/at', message }] });
      }
      return { opensAt: at, closesAt: window.closesAt?.toString() ?? null };
    }),
});

export const callRoutes = [queue, clearance, dial, again];

interface Caller {
  who: Who;
  deps: Dependencies;
}

function windowRules(who: Who, deps: Dependencies): WindowRules {
  const numberHash = addressHasher(deps.addressKey, who.tenantId);
  return { numberHash, window: callWindow, table: callingTableVersion, nextOpening: openingAfter };
}

function rulesOf({ clearances }: Dependencies) {
  return { judge: judgeCall, sign: (record: string) => clearances.sign(record) };
}

function typed(number: string): string {
  const e164 = phoneNumber(number);
  if (e164 === null)
    throw new Problem('invalid-request', 'This is no telephone number.', {
      errors: [{ pointer: '/number', message: 'This is no telephone number.' }],
    });
  return e164;
}

/** The call of a task of one's own; an owner may make everybody's. */
async function askedOfTask(tx: Tx, { who, deps }: Caller, taskId: string): Promise<Asked> {
  const found = await calleeOf(tx, taskId);
  if (!found || (found.ownerId !== who.userId && who.role !== 'owner'))
    throw new Problem('not-found', 'You have no such call to make.');
  if (found.callee.number === null)
    throw new Problem('invalid-request', 'The contact has no telephone number that can be dialled.');
  return askedFor({ who, deps }, found.callee, { ...found, taskId });
}

interface Whose {
  taskId: string | null;
  contactId: string | null;
  /** Null: nobody knows when the number came to us. */
  knownSince: Date | null;
}
type Asked = CallAsked & Whose;
const nobody: Whose = { taskId: null, contactId: null, knownSince: null };

function askedFor({ who, deps }: Caller, callee: CallAsked['callee'], { taskId, contactId, knownSince }: Whose): Asked {
  return {
    taskId,
    contactId,
    knownSince,
    callee,
    numberHash: addressHash(deps.addressKey, who.tenantId, callee.number ?? ''),
    numberSealed: deps.vault.encrypt(JSON.stringify({ callee }), { tenantId: who.tenantId, column: sealed }),
    byUser: who.userId,
  };
}

/** The question to the world comes before the transaction, which must not wait for it. */
async function withReassigned(asked: Asked, { reassigned }: Dependencies): Promise<CallAsked> {
  const { callee, knownSince } = asked;
  if (!reassigned || callee.number === null || knownSince === null) return asked;
  return { ...asked, reassigned: await reassigned.sinceThen(callee.number, knownSince) };
}

function shown(clearance: Cleared, { callee }: CallAsked): z.input<typeof Clearance> {
  const mayCall = clearance.state === 'cleared' || clearance.state === 'dialled';
  return { ...clearance, number: mayCall ? callee.number : null };
}
