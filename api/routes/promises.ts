import { z } from 'zod';
import { countPromises, lastEvidence } from '../../db/promises.ts';
import { policy } from '../../domain/policy.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const Evidence = z
  .object({ id: Id, kind: z.string(), subjectId: Id, state: z.enum(['met', 'late']), metAt: Instant })
  .meta({ id: 'PromiseEvidence' });

const PolicyPromise = z
  .object({
    clause: z.string().meta({ description: 'Of the privacy policy, P1 to P17.' }),
    promise: z.string(),
    counts: z
      .object({ open: z.int(), overdue: z.int(), met: z.int(), late: z.int() })
      .nullable()
      .meta({ description: 'Open now; met and late over the last 30 days. None where no clock runs.' }),
    without: z.string().nullable().meta({ description: 'What keeps it where no clock runs.' }),
    last: Evidence.nullable(),
  })
  .meta({ id: 'PolicyPromise' });

const list = route({
  method: 'get',
  path: '/promises',
  action: 'obligations.read',
  tag: 'Obligations',
  summary: 'Each promise of the policy with how it stands and its last evidence',
  reply: { status: 200, schema: z.object({ items: z.array(PolicyPromise) }).meta({ id: 'PolicyPromises' }) },
  handle: ({ who, db }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const counts = new Map((await countPromises(tx)).map(({ clause, ...count }) => [clause, count]));
      const last = new Map((await lastEvidence(tx)).map(({ clause, ...evidence }) => [clause, evidence]));
      return {
        items: policy.map(({ clause, promise, without = null }) => ({
          clause,
          promise,
          counts: counts.get(clause) ?? null,
          without,
          last: last.get(clause) ?? null,
        })),
      };
    }),
});

export const promiseRoutes = [list];
