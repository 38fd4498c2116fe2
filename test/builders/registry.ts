import { randomUUID } from 'node:crypto';
import { findLoad, type RegistryFile, type RegistryLoad, takeFolderFile } from '../../db/calls/registryLoads.ts';
import type { Database } from '../../db/transaction.ts';

/** A load that has just begun; of the whole federal list unless said otherwise. Its file is nowhere: the test gives the lines. */
export async function newRegistryLoad(db: Database, tenantId: string, facts: Partial<RegistryFile> = {}): Promise<RegistryLoad> {
  const file: RegistryFile = {
    list: 'federal',
    kind: 'full',
    dataOn: '2026-11-20',
    account: 'SAN',
    areaCode: null,
    form: 'lines',
    fileName: 'download.txt',
    ...facts,
  };
  const stamp = randomUUID();
  return db.inTenant(tenantId, async (tx) => {
    await takeFolderFile(tx, file, stamp);
    const { id } = await tx.row<{ id: string }>(`select id from registry_loads where file_stamp = $1`, [stamp]);
    const load = await findLoad(tx, id);
    if (!load) throw new Error('The load was not written.');
    return load;
  });
}
