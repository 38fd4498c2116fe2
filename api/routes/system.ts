import { z } from 'zod';
import { lastLook } from '../../db/auditor/board.ts';
import { lookAtMachine } from '../../db/machine.ts';
import { lawTables } from '../../law/tables.ts';
import { route } from '../route.ts';
import { Instant } from '../shapes.ts';

const taskQueues = ['legal', 'outreach', 'mail', 'bulk'] as const;

const System = z
  .object({
    auditor: z
      .object({ lookedAt: Instant.nullable(), isSilent: z.boolean() })
      .meta({ description: 'By the wall clock. A silent auditor has not looked for three minutes.' }),
    queues: z.array(
      z.object({
        taskQueue: z.enum(taskQueues),
        workers: z
          .object({ workflows: z.int(), activities: z.int() })
          .nullable()
          .meta({ description: 'Processes that asked for work in the last minutes; null: Temporal does not answer.' }),
        open: z.int().meta({ description: 'Workflows of the workspace that have not ended.' }),
        owed: z.int().meta({ description: 'Starts and wakes of the workspace that Temporal has not taken yet.' }),
      }),
    ),
    mailboxes: z.array(z.object({ state: z.enum(['active', 'paused']), because: z.string().nullable(), count: z.int() })),
    schemaVersion: z.string(),
    law: z.array(
      z.object({
        file: z.string(),
        rows: z.int(),
        version: z.string().meta({ description: 'Recorded with every decision that the table made.' }),
      }),
    ),
  })
  .meta({ id: 'System' });

const read = route({
  method: 'get',
  path: '/system',
  action: 'system.read',
  tag: 'System',
  summary: 'Whether the machine is well: who works on which queue, what is owed, which schema and law answer',
  reply: { status: 200, schema: System },
  async handle({ who, db, deps }) {
    const [{ work, mailboxes, schemaVersion, auditor }, workers] = await Promise.all([
      db.inTenant(who.tenantId, async (tx) => ({ ...(await lookAtMachine(tx)), auditor: await lastLook(tx) })),
      Promise.all(taskQueues.map((taskQueue) => deps.askQueue(taskQueue))),
    ]);
    return {
      auditor,
      queues: taskQueues.map((taskQueue, place) => {
        const { open = 0, owed = 0 } = work.find((one) => one.taskQueue === taskQueue) ?? {};
        return { taskQueue, workers: workers[place] ?? null, open, owed };
      }),
      mailboxes,
      schemaVersion,
      law: lawTables.map(({ file, version, rows }) => ({ file, version, rows: rows.length })),
    };
  },
});

export const systemRoutes = [read];
