import { z } from 'zod';
import { listPeople, peopleKeys, peopleOrders, type ShownPerson } from '../../db/launchList.ts';
import type { Sorted } from '../../db/sorting.ts';
import { states } from '../../domain/enrolment.ts';
import { csvFile, csvType } from '../csvFile.ts';
import { foundLaunch } from '../launchAccess.ts';
import { sortedBy } from '../paging.ts';
import { route } from '../route.ts';
import { File, Id } from '../shapes.ts';

const ofLaunch = route({
  method: 'get',
  path: '/launches/{launchId}/people.csv',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'The people of a launch as CSV: where each one is, why, and when next',
  params: z.object({ launchId: Id }),
  query: z.object({
    state: z.enum(states).optional(),
    search: z.string().max(200).default(''),
    sort: sortedBy(peopleOrders, null),
  }),
  reply: { status: 200, schema: File, mediaType: csvType },
  async handle({ who, db, params: { launchId }, query: { state = null, search, sort }, reply }) {
    await db.inTenant(who.tenantId, (tx) => foundLaunch(tx, launchId));
    return csvFile<Sorted<ShownPerson>>({
      name: 'people',
      reply,
      read: (page) => db.inTenant(who.tenantId, (tx) => listPeople(tx, launchId, { state, because: null, search, sort }, page)),
      keysOf: peopleKeys,
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
