import { loadRegistry, RegistryLoadRefused } from '../../db/calls/registries.ts';
import { closeLoadWork, endLoad, findLoad } from '../../db/calls/registryLoads.ts';
import { RegistryFileRefused } from '../../providers/registry/refused.ts';
import { linesOf, type RegistryFiles } from './files.ts';
import type { RegistryLines } from '../../providers/registry/lines.ts';

/**
 * Brings a load to its end from wherever it is: in force, or refused with its reason while the old list stays. What is nobody's fault (a
 * lost connection, a full disk) is thrown, and the next run goes on. Answers whether the officers have a refusal to be told of.
 */
export async function runLoad(
  files: RegistryFiles & { onProgress(linesRead: number): void },
  tenantId: string,
  loadId: string,
): Promise<boolean> {
  const { db } = files;
  const load = await db.inTenant(tenantId, (tx) => findLoad(tx, loadId));
  if (load?.state === 'running') {
    try {
      const { today } = await db.inTenant(tenantId, (tx) =>
        tx.row<{ today: string }>(`select (decorum.now() at time zone 'UTC')::date as today`),
      );
      if (load.dataOn > today) throw new RegistryLoadRefused('The data cannot be of tomorrow.');
      await loadRegistry(db, tenantId, load, watched(linesOf(files, tenantId, load), files.onProgress));
    } catch (error) {
      if (!(error instanceof RegistryFileRefused || error instanceof RegistryLoadRefused)) throw error;
      await db.inTenant(tenantId, (tx) => endLoad(tx, loadId, { reason: error.message }));
    }
  }
  return db.inTenant(tenantId, async (tx) => {
    await closeLoadWork(tx, loadId);
    return (await findLoad(tx, loadId))?.state === 'refused';
  });
}

async function* watched(lines: AsyncIterable<RegistryLines>, onProgress: (linesRead: number) => void) {
  for await (const some of lines) {
    onProgress(some.linesRead);
    yield some;
  }
}
