import { z } from 'zod';
import { listEvents } from '../../db/breach/incidents.ts';
import { listLines } from '../../db/breach/lines.ts';
import { clockScore, drillScore } from '../../domain/drillScore.ts';
import { foundIncident, incidentParams } from '../breachShapes.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const HOUR_MS = 3_600_000;
const steps = [
  'facts',
  'scope',
  'words',
  'approved',
  'notice_started',
  'regulator_mailed',
  'filed',
  'notice_finished',
  'closed',
] as const;

const Score = z
  .object({
    points: z.int().nullable().meta({ description: "The team's, from 0 to 100: the mean of its clocks." }),
    clocks: z.array(
      z.object({
        lineId: Id,
        state: z.string(),
        recipient: z.string(),
        standing: z.enum(['open', 'met', 'late', 'waived', 'void']),
        points: z.int().nullable(),
        marginHours: z
          .number()
          .nullable()
          .meta({ description: "Of the drill's own hours, left when it was kept; negative: over." }),
      }),
    ),
    steps: z.array(
      z.object({
        kind: z.enum(steps),
        at: Instant,
        hour: z.number().meta({ description: "Of the drill's own hours, since the discovery." }),
      }),
    ),
    reminders: z.array(z.int()).meta({ description: 'Hours at which the officers had to be reminded.' }),
  })
  .meta({ id: 'DrillScore' });

const read = route({
  method: 'get',
  path: '/breaches/{incidentId}/score',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'How the team did in a drill, clock by clock, and when it took each step',
  params: incidentParams,
  reply: { status: 200, schema: Score },
  errors: ['conflict'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx): Promise<z.input<typeof Score>> => {
      const { id, isDrill, compression, facts } = await foundIncident(tx, params.incidentId);
      if (!isDrill) throw new Problem('conflict', 'Only a drill is scored: in an incident every clock counts by itself.');
      const startedAt = new Date(facts.discoveredAt);
      const hours = (ms: number) => Math.round(((ms * compression) / HOUR_MS) * 10) / 10;
      const lines = await listLines(tx, id);
      const events = await listEvents(tx, id);
      return {
        points: drillScore(lines, startedAt),
        clocks: lines.map((line) => {
          const { points, marginMs } = clockScore(line, startedAt);
          const { id: lineId, state, recipient, standing } = line;
          return { lineId, state, recipient, standing, points, marginHours: marginMs === null ? null : hours(marginMs) };
        }),
        steps: steps.flatMap((kind) => {
          const first = events.find((event) => event.kind === kind);
          return first ? [{ kind, at: first.at, hour: hours(first.at.getTime() - startedAt.getTime()) }] : [];
        }),
        reminders: events.flatMap(({ kind, detail }) => (kind === 'reminder' ? [Number(detail.hour)] : [])),
      };
    }),
});

export const drillScoreRoutes = [read];
