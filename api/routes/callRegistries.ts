import { z } from 'zod';
import { findLoad, listLoads, type RegistryLoad as LoadRow } from '../../db/calls/registryLoads.ts';
import { listRegistries } from '../../db/calls/registries.ts';
import { registryDaysLeft } from '../../law/calls.ts';
import { Problem } from '../problem.ts';
import { receiveRegistry } from '../registryUpload.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const WARN_FROM_DAYS = 7;
/** Enough for the downloads of all area codes. */
const SHOWN_LOADS = 500;

const Registry = z
  .object({
    list: z.string(),
    areaCode: z.int().meta({ description: "0: the whole of a state's own list." }),
    dataOn: z.iso.date(),
    account: z.string(),
    numbers: z.int(),
    loadedAt: Instant,
    daysLeft: z.int().meta({ description: 'From 0 on the data is stale, and calls are refused (16 CFR 310.4(b)(3)(iv)).' }),
    state: z.enum(['in force', 'stale soon', 'stale']),
  })
  .meta({ id: 'CallRegistry' });

const list = route({
  method: 'get',
  path: '/call-registries',
  action: 'calling.read',
  tag: 'Calls',
  summary: 'The do-not-call registries that are loaded, the oldest data first',
  reply: { status: 200, schema: z.object({ items: z.array(Registry) }) },
  async handle({ who, db }) {
    const rows = await db.inTenant(who.tenantId, listRegistries);
    const items = rows.map(({ today, ...row }) => {
      const daysLeft = registryDaysLeft(row.dataOn, today);
      const state =
        daysLeft <= 0 ? ('stale' as const) : daysLeft <= WARN_FROM_DAYS ? ('stale soon' as const) : ('in force' as const);
      return { ...row, daysLeft, state };
    });
    return { items };
  },
});

const Load = z
  .object({
    id: Id,
    list: z.string(),
    kind: z.enum(['full', 'changes']),
    dataOn: z.iso.date(),
    account: z.string(),
    areaCode: z.int().nullable(),
    origin: z.enum(['upload', 'folder']),
    fileName: z.string(),
    state: z.enum(['uploading', 'running', 'in_force', 'refused']),
    reason: z.string().nullable().meta({ description: 'Why it was refused; the list that was in force stays in force.' }),
    linesDone: z.int().meta({ description: 'How far a running load is; after a crash it goes on from there.' }),
    numbers: z.int().nullable().meta({ description: 'In force by it.' }),
    areaCodes: z.array(z.int()),
    createdAt: Instant,
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'RegistryLoad' });

const load = route({
  method: 'post',
  path: '/call-registries/{list}',
  action: 'calling.write',
  tag: 'Calls',
  summary:
    "Upload a download of the federal registry or of a state's own list; a workflow loads it, and a file that is refused leaves the old list in force",
  params: z.object({ list: z.string().regex(/^(?:federal|[A-Z]{2})$/) }),
  query: z.object({
    kind: z.enum(['full', 'changes']).default('full'),
    dataOn: z.iso.date().meta({ description: "Date of the registry's data." }),
    account: z
      .string()
      .min(1)
      .max(40)
      .meta({ description: 'Subscription account number (SAN), or the number of the state’s subscription.' }),
    areaCode: z.coerce.number().int().min(200).max(999).optional().meta({ description: 'Of a file whose lines have 7 digits.' }),
    fileName: z.string().min(1).max(255).default('upload'),
  }),
  upload: { mediaTypes: ['text/plain', 'text/csv', 'application/zip'] },
  reply: { status: 202, schema: Load },
  errors: ['too-large', 'invalid-request'],
  async handle({ who, db, params, query, upload, headers }) {
    const { areaCode = null, ...rest } = query;
    const { today } = await db.inTenant(who.tenantId, (tx) =>
      tx.row<{ today: string }>(`select (decorum.now() at time zone 'UTC')::date as today`),
    );
    if (rest.dataOn > today)
      throw new Problem('invalid-request', 'The data cannot be of tomorrow.', {
        errors: [{ parameter: 'dataOn', message: 'in the future' }],
      });
    const form = headers['content-type']?.startsWith('application/zip') ? ('zip' as const) : ('lines' as const);
    const loadId = await receiveRegistry(db, who, { ...rest, ...params, areaCode, form }, upload);
    return db.inTenant(who.tenantId, async (tx) => shown(await findLoad(tx, loadId)));
  },
});

const loads = route({
  method: 'get',
  path: '/call-registry-loads',
  action: 'calling.read',
  tag: 'Calls',
  summary: "Downloads that came by upload or from the operator's folder, and what became of them, newest first",
  reply: { status: 200, schema: z.object({ items: z.array(Load) }) },
  handle: ({ who, db }) => db.inTenant(who.tenantId, async (tx) => ({ items: (await listLoads(tx, SHOWN_LOADS)).map(shown) })),
});

const oneLoad = route({
  method: 'get',
  path: '/call-registry-loads/{loadId}',
  action: 'calling.read',
  tag: 'Calls',
  summary: 'One download: how far it is, whether it is in force, or why it was refused',
  params: z.object({ loadId: Id }),
  reply: { status: 200, schema: Load },
  errors: ['not-found'],
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, async (tx) => shown(await findLoad(tx, params.loadId))),
});

export const callRegistryRoutes = [list, load, loads, oneLoad];

function shown(row: LoadRow | undefined): z.input<typeof Load> {
  if (!row) throw new Problem('not-found', 'There is no such load.');
  const { edition: _edition, fileStamp: _stamp, form: _form, ...load } = row;
  return { ...load, areaCodes: [...load.areaCodes].sort((a, b) => a - b) };
}
