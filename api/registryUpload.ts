import type { Readable } from 'node:stream';
import { beginUpload, endLoad, keepLoadChunk, type RegistryFile, startLoad } from '../db/calls/registryLoads.ts';
import type { Database } from '../db/transaction.ts';
import { inChunks } from './chunks.ts';
import { Problem } from './problem.ts';
import type { Who } from './route.ts';

/** The whole federal registry, zipped, is smaller. */
const LARGEST_BYTES = 2_000_000_000;

/** Takes a download in, piece by piece into the record, where every worker can reach it, and hands it to its workflow. Answers the load's id. */
export async function receiveRegistry(db: Database, who: Who, file: RegistryFile, upload: Readable): Promise<string> {
  const loadId = await db.inTenant(who.tenantId, (tx) => beginUpload(tx, file, who.userId));
  try {
    let bytes = 0;
    let chunks = 0;
    for await (const chunk of inChunks(upload as AsyncIterable<Buffer>)) {
      bytes += chunk.length;
      if (bytes > LARGEST_BYTES) throw new Problem('too-large', 'A download may have 2 GB at most: load the area codes apart.');
      const n = chunks;
      await db.inTenant(who.tenantId, (tx) => keepLoadChunk(tx, loadId, n, chunk));
      chunks += 1;
    }
    await db.inTenant(who.tenantId, (tx) => startLoad(tx, loadId));
    return loadId;
  } catch (error) {
    await db.inTenant(who.tenantId, (tx) => endLoad(tx, loadId, { reason: 'The upload broke off.' }));
    throw error;
  }
}
