import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import yauzl from 'yauzl';
import { crc32 } from '../../providers/zip/crc32.ts';
import { dataDescriptor, directory, lastBlock, localHeader } from '../../providers/zip/records.ts';

test.each([
  { text: '123456789', sum: 0xcb_f4_39_26, because: 'the check value of the algorithm' },
  { text: '', sum: 0, because: 'nothing' },
])('the CRC-32 of "$text" is $sum: $because', ({ text, sum }) => {
  expect(crc32(Buffer.from(text))).toBe(sum);
});

test('a sum goes on where it was', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      expect(crc32(b, crc32(a))).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
});

test('a file that begins behind the fourth gigabyte is told where it begins', async () => {
  const offset = 5_000_000_000;
  const name = 'far.csv';
  const modifiedAt = new Date('2026-11-25T12:34:56Z');
  const pieces = ['far ', 'away'].map((text) => deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH }));
  const data = Buffer.concat([...pieces, lastBlock]);
  const sums = { crc32: crc32(Buffer.from('far away')), compressedBytes: data.length, bytes: 8 };
  const file = Buffer.concat([localHeader({ name, modifiedAt }), data, dataDescriptor(sums)]);
  const end = directory([{ name, modifiedAt, offset, ...sums }], offset + file.length);
  const tail = Buffer.concat([file, end]);

  /** As if five gigabytes lay before. */
  class Far extends yauzl.RandomAccessReader {
    override _readStreamForRange(from: number, to: number): Readable {
      const before = Buffer.alloc(Math.max(0, Math.min(to, offset) - from));
      return Readable.from([Buffer.concat([before, tail.subarray(Math.max(0, from - offset), Math.max(0, to - offset))])]);
    }
  }
  const open = promisify<yauzl.RandomAccessReader, number, yauzl.Options, yauzl.ZipFile>(yauzl.fromRandomAccessReader);
  const zip = await open(new Far(), offset + tail.length, { lazyEntries: true });
  const entry = await new Promise<yauzl.Entry>((resolve, reject) => {
    zip.on('entry', resolve).on('error', reject);
    zip.readEntry();
  });
  expect(entry).toMatchObject({ fileName: name, uncompressedSize: 8, relativeOffsetOfLocalHeader: offset });
  const stream = await promisify<yauzl.Entry, NodeJS.ReadableStream>((one, done) => zip.openReadStream(one, done))(entry);
  let text = '';
  for await (const piece of stream) text += String(piece);
  expect(text).toBe('far away');
});
