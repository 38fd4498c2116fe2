import { randomBytes } from 'node:crypto';
import { BackupUnreadable, seal, unseal } from '../../../providers/backup/cipher.ts';

const key = randomBytes(32);
const chunk = 256 * 1024;

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield await Promise.resolve(bytes.subarray(from, from + size));
}
async function whole(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}
const sealed = (plain: Buffer, name = 'one') => whole(seal(key, name, inPieces(plain, 10_000)));
const opened = (file: Buffer, { name = 'one', by = key, size = 7_777 } = {}) => whole(unseal(by, name, inPieces(file, size)));

test.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk])('%d bytes come back', async (size) => {
  const plain = randomBytes(size);
  expect((await opened(await sealed(plain))).equals(plain)).toBe(true);
  expect((await opened(await sealed(plain), { size: 1_000_000 })).equals(plain)).toBe(true);
});

const piece = chunk + 16;
test.each([
  { name: 'one bit of the content', damage: (file: Buffer) => file.fill(file[70_000]! ^ 1, 70_000, 70_001) },
  { name: 'one bit of the last tag', damage: (file: Buffer) => file.fill(file.at(-1)! ^ 1, file.length - 1) },
  { name: 'the end, at a seam', damage: (file: Buffer) => file.subarray(0, 4 + piece) },
  { name: 'the end, within a piece', damage: (file: Buffer) => file.subarray(0, -5) },
  {
    name: 'a piece out of the middle',
    damage: (file: Buffer) => Buffer.concat([file.subarray(0, 4 + piece), file.subarray(4 + 2 * piece)]),
  },
  {
    name: 'two pieces exchanged',
    damage: (file: Buffer) =>
      Buffer.concat([
        file.subarray(0, 4),
        file.subarray(4 + piece, 4 + 2 * piece),
        file.subarray(4, 4 + piece),
        file.subarray(4 + 2 * piece),
      ]),
  },
  { name: 'bytes behind the end', damage: (file: Buffer) => Buffer.concat([file, Buffer.from('more')]) },
  { name: 'everything but the head', damage: (file: Buffer) => file.subarray(0, 4) },
  { name: 'everything', damage: () => Buffer.alloc(0) },
  { name: 'the head', damage: (file: Buffer) => file.fill(0, 0, 4) },
])('$name: not read as if it were whole', async ({ damage }) => {
  const file = damage(await sealed(randomBytes(2.5 * chunk)));
  await expect(opened(file)).rejects.toThrow(BackupUnreadable);
});

test('neither by another key nor under another name', async () => {
  const file = await sealed(randomBytes(100));
  await expect(opened(file, { by: randomBytes(32) })).rejects.toThrow(BackupUnreadable);
  await expect(opened(file, { name: 'other' })).rejects.toThrow(BackupUnreadable);
});
