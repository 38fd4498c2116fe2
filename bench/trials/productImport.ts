import { setTimeout as sleep } from 'node:timers/promises';
import { findImport } from '../../db/imports.ts';
import { newImport } from '../../test/builders/import.ts';
import { newTenant, newUser } from '../../test/builders/tenant.ts';
import { ended } from '../outreach.ts';
import type { World } from '../world.ts';

/** Rows a second of a whole import by the product's worker, from its start, the file being uploaded, to its last row. */
export async function productImport(world: World, { file, rows }: { file: Buffer; rows: number }): Promise<number> {
  const { db } = world;
  const tenantId = await newTenant(db, { kind: 'real', name: 'Bench' });
  const { id: by } = await db.inTenant(tenantId, (tx) => newUser(tx));
  const importId = await newImport(db, { tenantId, by, file, chunkBytes: 1024 * 1024 });
  const startedAt = performance.now();
  await world.dispatcher.deliver();
  for (; ; await sleep(20)) {
    const job = await db.inTenant(tenantId, (tx) => findImport(tx, importId));
    if (job?.state === 'running') continue;
    const seconds = (performance.now() - startedAt) / 1000;
    if (job?.accepted !== rows) throw new Error(`Of ${rows} rows ${job?.accepted} were accepted; the import is ${job?.state}.`);
    await ended(world, tenantId);
    return rows / seconds;
  }
}
