import { z } from 'zod';
import { listLaunches, type ShownLaunch } from '../../db/launchList.ts';
import { type List, listLists } from '../../db/lists.ts';
import { listMailboxes, type Mailbox } from '../../db/mailboxes.ts';
import { listSequences, type Sequence } from '../../db/sequences.ts';
import type { Sorted } from '../../db/sorting.ts';
import { csvFile, csvType } from '../csvFile.ts';
import { keysOf } from '../paging.ts';
import { route } from '../route.ts';
import { File } from '../shapes.ts';
import { launchFilters } from './launches.ts';
import { listFilters } from './lists.ts';
import { mailboxFilters } from './mailboxes.ts';
import { sequenceFilters } from './sequences.ts';

const reply = { status: 200, schema: File, mediaType: csvType } as const;

const launches = route({
  method: 'get',
  path: '/launches/export',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'The launches of a filter as CSV',
  query: z.object(launchFilters),
  reply,
  handle: ({ who, db, query: { state = null, sequenceId = null, search, sort }, reply }) =>
    csvFile<Sorted<ShownLaunch>>({
      name: 'launches',
      reply,
      read: (page) => db.inTenant(who.tenantId, (tx) => listLaunches(tx, { state, sequenceId, search, sort }, page)),
      keysOf,
      columns: {
        Sequence: ({ sequenceName }) => sequenceName,
        Version: ({ version }) => version,
        State: ({ state }) => state,
        Launched: ({ createdAt }) => createdAt,
        Waiting: ({ people }) => people.waiting ?? 0,
        Queued: ({ people }) => people.queued ?? 0,
        Paused: ({ people }) => people.paused ?? 0,
        Finished: ({ people }) => people.finished ?? 0,
        Stopped: ({ people }) => people.stopped ?? 0,
        Blocked: ({ people }) => people.blocked ?? 0,
      },
    }),
});

const lists = route({
  method: 'get',
  path: '/lists/export',
  action: 'contacts.read',
  tag: 'Lists',
  summary: 'The lists of a search as CSV, without their people: those are contacts with the filter `listId`',
  query: z.object(listFilters),
  reply,
  handle: ({ who, db, query, reply }) =>
    csvFile<Sorted<List>>({
      name: 'lists',
      reply,
      read: (page) => db.inTenant(who.tenantId, (tx) => listLists(tx, query, page)),
      keysOf,
      columns: {
        Name: ({ name }) => name,
        People: ({ people }) => people,
        'Made from': ({ source }) => source,
        Made: ({ createdAt }) => createdAt,
      },
    }),
});

const sequences = route({
  method: 'get',
  path: '/sequences/export',
  action: 'sequences.read',
  tag: 'Sequences',
  summary: 'The sequences of a search as CSV, without their words',
  query: z.object(sequenceFilters),
  reply,
  handle: ({ who, db, query, reply }) =>
    csvFile<Sorted<Sequence>>({
      name: 'sequences',
      reply,
      read: (page) => db.inTenant(who.tenantId, (tx) => listSequences(tx, { ...query, ...page })),
      keysOf,
      columns: {
        Name: ({ name }) => name,
        Steps: ({ steps }) => steps,
        Version: ({ newest }) => newest,
        Begun: ({ createdAt }) => createdAt,
      },
    }),
});

const mailboxes = route({
  method: 'get',
  path: '/mailboxes/export',
  action: 'mailboxes.read',
  tag: 'Mailboxes',
  summary: 'The mailboxes of a search as CSV, without any secret',
  query: z.object(mailboxFilters),
  reply,
  handle: ({ who, db, query, reply }) =>
    csvFile<Sorted<Mailbox>>({
      name: 'mailboxes',
      reply,
      read: (page) => db.inTenant(who.tenantId, (tx) => listMailboxes(tx, query, page)),
      keysOf,
      columns: {
        Address: ({ address }) => address,
        Name: ({ fromName }) => fromName,
        Kind: ({ kind }) => kind,
        State: ({ state }) => state,
        'Paused because': ({ pausedBecause }) => pausedBecause,
        'Sent in 24 h': ({ sentInDay }) => sentInDay,
        Cap: ({ cap }) => cap,
        Waiting: ({ waiting }) => waiting,
        Next: ({ nextSendAt }) => nextSendAt,
        Added: ({ createdAt }) => createdAt,
      },
    }),
});

/** The tables of the console as files for a spreadsheet: what is seen, by the same filter and in the same order. */
export const tableFileRoutes = [launches, lists, sequences, mailboxes];
