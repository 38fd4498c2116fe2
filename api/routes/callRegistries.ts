import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { listRegistries, loadRegistry, RegistryLoadRefused } from '../../db/calls/registries.ts';
import { registryDaysLeft } from '../../law/calls.ts';
import { registryLines, type RegistryLine } from '../../providers/registry/lines.ts';
import { RegistryFileRefused } from '../../providers/registry/refused.ts';
import { unzipped } from '../../providers/registry/zip.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Instant } from '../shapes.ts';

/** The whole federal registry, zipped, is smaller. */
const LARGEST_BYTES = 2_000_000_000;
const WARN_BELOW_DAYS = 7;

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
        daysLeft <= 0 ? ('stale' as const) : daysLeft < WARN_BELOW_DAYS ? ('stale soon' as const) : ('in force' as const);
      return { ...row, daysLeft, state };
    });
    return { items };
  },
});

const load = route({
  method: 'post',
  path: '/call-registries/{list}',
  action: 'calling.write',
  tag: 'Calls',
  summary:
    "Load a download of the federal registry or of a state's own list; a file that is refused leaves the old list in force",
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
  }),
  upload: { mediaTypes: ['text/plain', 'text/csv', 'application/zip'] },
  reply: { status: 201, schema: z.object({ numbers: z.int(), areaCodes: z.array(z.int()) }).meta({ id: 'LoadedRegistry' }) },
  errors: ['too-large', 'invalid-request', 'conflict'],
  async handle({ who, db, params, query, upload, headers }) {
    const { kind, dataOn, account, areaCode = null } = query;
    const { today } = await db.inTenant(who.tenantId, (tx) =>
      tx.row<{ today: string }>(`select (decorum.now() at time zone 'UTC')::date as today`),
    );
    if (dataOn > today)
      throw new Problem('invalid-request', 'The data cannot be of tomorrow.', {
        errors: [{ parameter: 'dataOn', message: 'in the future' }],
      });
    const isZip = headers['content-type']?.startsWith('application/zip') ?? false;
    const lines = isZip ? linesOfZip(upload, { kind, areaCode }) : registryLines(bounded(upload), { kind, areaCode });
    try {
      return await loadRegistry(db, who.tenantId, { list: params.list, kind, dataOn, account }, lines);
    } catch (error) {
      if (error instanceof RegistryFileRefused)
        throw new Problem('invalid-request', `${error.message} The old list stays in force.`);
      if (error instanceof RegistryLoadRefused) throw new Problem('conflict', error.message);
      throw error;
    }
  },
});

export const callRegistryRoutes = [list, load];

/** A zip is read from its end, so it lies in a file while it is read. The name of a file in it may give the area code. */
async function* linesOfZip(
  upload: Readable,
  of: { kind: 'full' | 'changes'; areaCode: number | null },
): AsyncGenerator<RegistryLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  try {
    const path = join(folder, 'download.zip');
    await pipeline(bounded(upload), createWriteStream(path));
    for await (const { name, bytes } of unzipped(path)) {
      const code = /(?<!\d)([2-9]\d\d)(?!\d)/.exec(name)?.[1];
      yield* registryLines(bytes, { ...of, areaCode: of.areaCode ?? (code === undefined ? null : Number(code)) });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* bounded(upload: Readable): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of upload as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) throw new Problem('too-large', 'A download may have 2 GB at most: load the area codes apart.');
    yield chunk;
  }
}
