import { z } from 'zod';
import { listPeople, type ShownPerson } from '../../db/launchList.ts';
import { states } from '../../domain/enrolment.ts';
import { csvFile, csvType } from '../csvFile.ts';
import { foundLaunch } from '../launchAccess.ts';
import { route } from '../route.ts';
import { File, Id } from '../shapes.ts';

const ofLaunch = route({
  method: 'get',
  path: '/launches/{launchId}/people.csv',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'The people of a launch as CSV: where each one is, why, and when next',
  params: z.object({ launchId: Id }),
  query: z.object({ state: z.enum(states).optional(), search: z.string().max(200).default('') }),
  reply: { status: 200, schema: File, mediaType: csvType },
  async handle({ who, db, params: { launchId }, query: { state = null, search }, reply }) {
    await db.inTenant(who.tenantId, (tx) => foundLaunch(tx, launchId));
    return csvFile<ShownPerson>({
      name: 'people',
      reply,
      read: ({ after, rows }) =>
        db.inTenant(who.tenantId, (tx) =>
          listPeople(tx, launchId, { state, because: null, search }, { after: after?.[0] ?? null, rows }),
        ),
      keysOf: ({ enrolmentId }) => [enrolmentId],
      columns: {
        Name: ({ name }) => name,
        Email: ({ email }) => email,
        Company: ({ company }) => company,
        State: ({ state }) => state,
        Why: ({ because }) => because,
        Step: ({ step }) => step + 1,
        Messages: ({ sent }) => sent,
        'Last message': ({ lastSentAt }) => lastSentAt,
        Next: ({ nextAt }) => nextAt,
        Ended: ({ endedAt }) => endedAt,
      },
    });
  },
});

export const launchPeopleCsvRoutes = [ofLaunch];
