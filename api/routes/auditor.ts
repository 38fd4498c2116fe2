import { z } from 'zod';
import {
  heldSince,
  lastLook,
  listFindings,
  listInvariants,
  releaseHold,
  settleFinding,
  unsettledHolds,
} from '../../db/auditor/board.ts';
import { invariantNames } from '../../db/auditor/invariants.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant, Nothing } from '../shapes.ts';

const Auditor = z
  .object({
    lookedAt: Instant.nullable().meta({ description: 'By the wall clock; null: never.' }),
    isSilent: z.boolean().meta({ description: 'It has not looked for three minutes: what is broken now is not noticed.' }),
    heldSince: Instant.nullable().meta({ description: 'The auditor has stopped all sending of the workspace.' }),
    invariants: z.array(
      z.object({
        name: z.enum(invariantNames),
        clause: z.string().nullable(),
        promise: z.string(),
        lookedAt: Instant.nullable(),
        failed: z.boolean().meta({ description: 'The last look did not come to an end.' }),
        broken: z.int().meta({ description: 'Findings of the workspace, and of the machine, that stand.' }),
      }),
    ),
  })
  .meta({ id: 'Auditor' });

const Finding = z
  .object({
    id: Id,
    invariant: z.enum(invariantNames),
    subject: z.string().meta({ description: 'An id, the id of a workflow, or the name of a table.' }),
    facts: z.record(z.string(), z.unknown()),
    isMachine: z.boolean().meta({ description: 'About the installation, not about the workspace.' }),
    firstSeenAt: Instant,
    lastSeenAt: Instant,
    mendedAt: Instant.nullable(),
    settledAt: Instant.nullable(),
    canSettle: z.boolean().meta({ description: 'It cannot mend: somebody says that it has been dealt with.' }),
  })
  .meta({ id: 'AuditorFinding' });

const read = route({
  method: 'get',
  path: '/auditor',
  action: 'auditor.read',
  tag: 'Auditor',
  summary: 'Every promise that the auditor watches, when it last looked, and what it found broken',
  reply: { status: 200, schema: Auditor },
  handle: ({ who, db }) =>
    db.inTenant(who.tenantId, async (tx) => ({
      ...(await lastLook(tx)),
      heldSince: await heldSince(tx),
      invariants: await listInvariants(tx),
    })),
});

const list = route({
  method: 'get',
  path: '/auditor/findings',
  action: 'auditor.read',
  tag: 'Auditor',
  summary: 'What the auditor has found, newest first, also what has mended',
  query: Paging,
  reply: { status: 200, schema: pageOf(Finding) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    return cutPage(await db.inTenant(who.tenantId, (tx) => listFindings(tx, page)), query.limit, keysOf);
  },
});

const settle = route({
  method: 'post',
  path: '/auditor/findings/{findingId}/settle',
  action: 'auditor.write',
  tag: 'Auditor',
  summary: 'Say that a finding that cannot mend has been dealt with; it stays in the record',
  params: z.object({ findingId: Id }),
  reply: { status: 200, schema: Finding },
  errors: ['conflict'],
  async handle({ who, db, params }) {
    const finding = await db.inTenant(who.tenantId, (tx) => settleFinding(tx, params.findingId, who.userId));
    if (!finding) throw new Problem('not-found', 'There is no such finding of this workspace.');
    if (finding.settledAt === null)
      throw new Problem('conflict', 'This one mends by itself: it goes when its cause has been removed.');
    return finding;
  },
});

const release = route({
  method: 'post',
  path: '/auditor/release',
  action: 'auditor.write',
  tag: 'Auditor',
  summary: "Let the workspace's sending go on after the auditor has stopped it; only once each finding behind it is settled",
  reply: { status: 204, schema: Nothing },
  errors: ['conflict'],
  async handle({ who, db }) {
    await db.inTenant(who.tenantId, async (tx) => {
      const left = await unsettledHolds(tx);
      if (left > 0)
        throw new Problem('conflict', `${left} of the messages that should not have begun are not settled. Look at them first.`);
      await releaseHold(tx);
    });
    return undefined;
  },
});

export const auditorRoutes = [read, list, settle, release];
