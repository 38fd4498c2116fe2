import { z } from 'zod';
import { listBackups } from '../../db/backups/catalogue.ts';
import { listDrills } from '../../db/backups/drills.ts';
import { backupTroubles } from '../../db/backups/overdue.ts';
import { route } from '../route.ts';
import { Instant } from '../shapes.ts';

/** Two months of one a day: older ones are destroyed, and their rows say no more than that. */
const shown = { backups: 60, drills: 20 };

const Backups = z
  .object({
    troubles: z
      .array(
        z.object({
          what: z.enum(['overdue', 'unreadable', 'missing', 'too_old', 'drill_failed', 'drill_overdue']),
          subjectId: z.uuid().meta({ description: 'Of the backup or the drill.' }),
          since: Instant,
        }),
      )
      .meta({ description: 'What is wrong now; each is an obligation, too.' }),
    backups: z
      .array(
        z.object({
          id: z.uuid(),
          name: z.string(),
          state: z.enum(['taking', 'good', 'unreadable', 'missing', 'failed', 'destroyed']),
          takenAt: Instant,
          expiresAt: Instant.meta({ description: 'When the file and its key are destroyed.' }),
          format: z.enum(['pg_dump', 'copy']),
          migration: z.string(),
          bytes: z.int().nullable(),
          tables: z.int().nullable(),
          rows: z.int().nullable(),
          verifiedAt: Instant.nullable().meta({ description: 'Last read back, from the first byte to the last.' }),
          destroyedAt: Instant.nullable(),
          problem: z.string().nullable(),
        }),
      )
      .meta({ description: 'Of the whole installation, newest first.' }),
    drills: z.array(
      z.object({
        id: z.uuid(),
        backupId: z.uuid().nullable(),
        state: z.enum(['running', 'passed', 'failed']),
        startedAt: Instant,
        endedAt: Instant.nullable(),
        tables: z.int().nullable(),
        rows: z.int().nullable(),
        erasures: z.int().nullable().meta({ description: 'People and accounts that were erased again in the restored copy.' }),
        problem: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Backups' });

const read = route({
  method: 'get',
  path: '/backups',
  action: 'backups.read',
  tag: 'System',
  summary: 'The backups of the installation, what is wrong with them, and the restore drills',
  reply: { status: 200, schema: Backups },
  async handle({ who, db, deps }) {
    const troubles = await backupTroubles((sql, values) => db.lookUp(sql, values), deps.now());
    const [backups, drills] = await db.inTenant(who.tenantId, async (tx) => [
      await listBackups(tx, shown.backups),
      await listDrills(tx, shown.drills),
    ]);
    return { troubles, backups: backups.map(({ ledgerSeq: _, ...backup }) => backup), drills };
  },
});

export const backupRoutes = [read];
