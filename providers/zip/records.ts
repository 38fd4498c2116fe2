/**
 * The records around the files of a zip (APPNOTE.TXT 6.3.10), for one that is written from front to back by many hands: sizes follow the
 * data (bit 3), so that nothing that is written is touched again. The 64-bit forms are used throughout: an archive may pass 4 GB, and
 * which of its files begin behind that is not known when the first is written.
 */
export interface ZipEntry {
  /** Plain ASCII. */
  readonly name: string;
  readonly modifiedAt: Date;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Of its local header, from the archive's first byte. */
  readonly offset: number;
}

const VERSION = 45; // 4.4.3.2: the 64-bit extensions
const SIZES_FOLLOW = 1 << 3;
const DEFLATED = 8;
const ELSEWHERE = 0xff_ff_ff_ff; // 4.4.8: the figure stands in the 64-bit field

/** A deflated stream ends with a last block (RFC 1951, 3.2.3); this one is empty, so any number of flushed pieces may stand before it. */
export const lastBlock = Buffer.of(0x03, 0x00);

/** 4.3.7. */
export function localHeader({ name, modifiedAt }: Pick<ZipEntry, 'name' | 'modifiedAt'>): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04_03_4b_50, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(SIZES_FOLLOW, 6);
  header.writeUInt16LE(DEFLATED, 8);
  header.writeUInt32LE(dosTime(modifiedAt), 10);
  header.writeUInt32LE(ELSEWHERE, 18);
  header.writeUInt32LE(ELSEWHERE, 22);
  header.writeUInt16LE(name.length, 26);
  const sizes = wide([0, 0]);
  header.writeUInt16LE(sizes.length, 28);
  return Buffer.concat([header, Buffer.from(name, 'latin1'), sizes]);
}

/** 4.3.9, behind the data. */
export function dataDescriptor({ crc32, compressedBytes, bytes }: Pick<ZipEntry, 'crc32' | 'compressedBytes' | 'bytes'>): Buffer {
  const descriptor = Buffer.alloc(24);
  descriptor.writeUInt32LE(0x08_07_4b_50, 0);
  descriptor.writeUInt32LE(crc32, 4);
  descriptor.writeBigUInt64LE(BigInt(compressedBytes), 8);
  descriptor.writeBigUInt64LE(BigInt(bytes), 16);
  return descriptor;
}

/** The list of the files and the end of the archive (4.3.12, 4.3.14 to 4.3.16), which begin at `offset`. */
export function directory(entries: readonly ZipEntry[], offset: number): Buffer {
  const list = Buffer.concat(entries.map(listed));
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06_06_4b_50, 0);
  end64.writeBigUInt64LE(44n, 4); // of what follows
  end64.writeUInt16LE(VERSION, 12);
  end64.writeUInt16LE(VERSION, 14);
  end64.writeBigUInt64LE(BigInt(entries.length), 24);
  end64.writeBigUInt64LE(BigInt(entries.length), 32);
  end64.writeBigUInt64LE(BigInt(list.length), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07_06_4b_50, 0);
  locator.writeBigUInt64LE(BigInt(offset + list.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt16LE(Math.min(entries.length, 0xff_ff), 8);
  end.writeUInt16LE(Math.min(entries.length, 0xff_ff), 10);
  end.writeUInt32LE(Math.min(list.length, ELSEWHERE), 12);
  end.writeUInt32LE(ELSEWHERE, 16);
  return Buffer.concat([list, end64, locator, end]);
}

function listed({ name, modifiedAt, crc32, compressedBytes, bytes, offset }: ZipEntry): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02_01_4b_50, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(VERSION, 6);
  header.writeUInt16LE(SIZES_FOLLOW, 8);
  header.writeUInt16LE(DEFLATED, 10);
  header.writeUInt32LE(dosTime(modifiedAt), 12);
  header.writeUInt32LE(crc32, 16);
  header.writeUInt32LE(ELSEWHERE, 20);
  header.writeUInt32LE(ELSEWHERE, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(ELSEWHERE, 42);
  const figures = wide([bytes, compressedBytes, offset]);
  header.writeUInt16LE(figures.length, 30);
  return Buffer.concat([header, Buffer.from(name, 'latin1'), figures]);
}

/** 4.5.3. */
function wide(figures: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * figures.length);
  field.writeUInt16LE(0x00_01, 0);
  field.writeUInt16LE(8 * figures.length, 2);
  for (const [n, figure] of figures.entries()) field.writeBigUInt64LE(BigInt(figure), 4 + 8 * n);
  return field;
}

/** 4.4.6: two seconds fine, in UTC here; years from 1980 to 2107. */
function dosTime(at: Date): number {
  const day = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}
