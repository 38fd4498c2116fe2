import { z } from 'zod';
import { appealCase, decideCase, findCase, listCaseEvents, listCases } from '../../db/abuse/cases.ts';
import type { Tx } from '../../db/transaction.ts';
import { measures, signs } from '../../domain/abuse.ts';
import { appealDeadline } from '../../law/appeals.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const Counts = z.record(z.string(), z.number()).meta({ description: 'What was counted for the sign.' });
const AbuseCase = z
  .object({
    id: Id,
    scope: z.enum(['tenant', 'mailbox']),
    mailboxId: Id.nullable(),
    sign: z.enum(signs),
    measure: z.enum(measures).meta({
      description:
        'Watch: the owners are told. Throttle: half as much may leave. Pause: nothing leaves until a person has decided.',
    }),
    counts: Counts,
    state: z.enum(['open', 'appealed', 'upheld', 'ended']),
    openedAt: Instant,
    seenAt: Instant.meta({ description: 'When the sign was last seen.' }),
    appeal: z.string().nullable(),
    appealedAt: Instant.nullable(),
    decidedAt: Instant.nullable(),
    decisionNote: z.string().nullable(),
    endedAt: Instant.nullable(),
    endedBecause: z.enum(['lifted', 'passed']).nullable(),
  })
  .meta({ id: 'AbuseCase' });

const AbuseCaseDetail = AbuseCase.extend({
  events: z.array(
    z.object({
      at: Instant,
      kind: z.enum(['opened', 'graver', 'told', 'appealed', 'upheld', 'lifted', 'passed']),
      measure: z.enum(measures),
      counts: Counts,
      byUser: Id.nullable().meta({ description: 'Null: the software.' }),
    }),
  ),
}).meta({ id: 'AbuseCaseDetail' });

const params = z.object({ caseId: Id });
const Words = z.string().trim().min(1).max(4_000);

async function shown(tx: Tx, caseId: string) {
  const found = await findCase(tx, caseId);
  if (!found) throw new Problem('not-found', 'There is no such case in this workspace.');
  return { ...found, events: await listCaseEvents(tx, caseId) };
}

const list = route({
  method: 'get',
  path: '/abuse-cases',
  action: 'abuse.read',
  tag: 'Abuse',
  summary: 'Signs of abuse that were seen in the workspace and what was done about them, newest first',
  query: Paging,
  reply: { status: 200, schema: pageOf(AbuseCase) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    return cutPage(await db.inTenant(who.tenantId, (tx) => listCases(tx, page)), query.limit, keysOf);
  },
});

const read = route({
  method: 'get',
  path: '/abuse-cases/{caseId}',
  action: 'abuse.read',
  tag: 'Abuse',
  summary: 'One case with its whole record',
  params,
  reply: { status: 200, schema: AbuseCaseDetail },
  handle: ({ who, db, params: { caseId } }) => db.inTenant(who.tenantId, (tx) => shown(tx, caseId)),
});

const appeal = route({
  method: 'post',
  path: '/abuse-cases/{caseId}/appeal',
  action: 'abuse.appeal',
  tag: 'Abuse',
  summary: 'Appeal against the measure, once; it is answered within five business days',
  params,
  body: z.strictObject({ words: Words }),
  reply: { status: 200, schema: AbuseCaseDetail },
  errors: ['conflict'],
  handle: ({ who, db, params: { caseId }, body: { words } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await shown(tx, caseId);
      if (!(await appealCase(tx, caseId, { words, byUser: who.userId, deadline: appealDeadline })))
        throw new Problem('conflict', 'The case has been appealed or decided already, or has ended.');
      return shown(tx, caseId);
    }),
});

const decide = route({
  method: 'post',
  path: '/abuse-cases/{caseId}/decide',
  action: 'abuse.decide',
  tag: 'Abuse',
  summary: 'Lift the measure, or uphold it; the owners are told',
  params,
  body: z.strictObject({ decision: z.enum(['lift', 'uphold']), note: Words }),
  reply: { status: 200, schema: AbuseCaseDetail },
  errors: ['conflict'],
  handle: ({ who, db, params: { caseId }, body: { decision, note } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await shown(tx, caseId);
      if (!(await decideCase(tx, caseId, { lift: decision === 'lift', note, byUser: who.userId })))
        throw new Problem('conflict', 'The case has ended already.');
      return shown(tx, caseId);
    }),
});

export const abuseRoutes = [list, read, appeal, decide];
