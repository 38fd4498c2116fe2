import { z } from 'zod';
import { listAggregates } from '../../db/erasure/aggregates.ts';
import { readDataMap } from '../../db/dataMap.ts';
import { inventoryOf } from '../../domain/dataMap.ts';
import { route } from '../route.ts';
import { Instant } from '../shapes.ts';

const Kind = z
  .object({
    policy: z.string().meta({ description: "The policy's category (P2)." }),
    category: z.string().meta({ description: "Fides' taxonomy where it fits." }),
    owner: z.enum(['account', 'contact', 'user', 'none']),
    erasure: z.enum(['delete', 'anonymise', 'shred', 'keep']),
    because: z.string().meta({ description: 'Why it is kept, and until when; empty where it is not.' }),
    places: z.array(z.string()).meta({ description: 'Columns: `table.column`.' }),
  })
  .meta({ id: 'DataKind' });

const inventory = route({
  method: 'get',
  path: '/data-map',
  action: 'data-map.read',
  tag: 'Data map',
  summary: 'What is kept, of whom, where, and what an erasure does with it (P2): from the catalogue, so it is what there is',
  reply: { status: 200, schema: z.object({ items: z.array(Kind) }).meta({ id: 'DataMap' }) },
  handle: ({ who, db }) =>
    db.inTenant(who.tenantId, async (tx) => ({
      items: inventoryOf(await readDataMap(tx)).map((kind) => ({ ...kind, places: [...kind.places] })),
    })),
});

const Aggregate = z
  .object({
    measure: z.string(),
    cell: z.string().nullable().meta({ description: 'Null: all of the measure.' }),
    people: z.int().min(10).meta({ description: 'Distinct; a cell of fewer than ten is not kept.' }),
    countedAt: Instant,
  })
  .meta({ id: 'Aggregate' });

const aggregates = route({
  method: 'get',
  path: '/aggregates',
  action: 'data-map.read',
  tag: 'Data map',
  summary: 'The counts that stay after an erasure (P7): of ten people at least, and none that tells a smaller one by subtraction',
  reply: { status: 200, schema: z.object({ items: z.array(Aggregate) }).meta({ id: 'Aggregates' }) },
  handle: ({ who, db }) => db.inTenant(who.tenantId, async (tx) => ({ items: await listAggregates(tx) })),
});

export const dataMapRoutes = [inventory, aggregates];
