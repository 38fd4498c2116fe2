import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { constants, createInflateRaw } from 'node:zlib';
import { crc32 } from '../../providers/zip/crc32.ts';

/** The sums of what deflated pieces hold: inflated again, a little at a time. */
export async function readBack(
  deflated: AsyncIterable<Buffer> | Iterable<Buffer>,
  onProgress: () => void,
): Promise<{ crc32: number; bytes: number; sha256: Buffer }> {
  const sha256 = createHash('sha256');
  let sum = 0;
  let bytes = 0;
  // The pieces end with a flush, not with a last block.
  await pipeline(deflated, createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH }), async (inflated: AsyncIterable<Buffer>) => {
    for await (const piece of inflated) {
      sha256.update(piece);
      sum = crc32(piece, sum);
      bytes += piece.length;
      onProgress();
    }
  });
  return { crc32: sum, bytes, sha256: sha256.digest() };
}
