import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import yauzl from 'yauzl';

interface Manifest {
  account: string;
  contact: string | null;
  files: { name: string; rows: number; bytes: number; sha256: string }[];
  empty: string[];
  omitted: { what: string; because: string }[];
}

/** An archive as a program of somebody else reads it: sizes and sums of the zip are checked, then those of the manifest. */
export async function opened(zip: Buffer) {
  const archive = await promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(zip, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    archive.on('error', reject).on('end', resolve);
    archive.on('entry', (entry: yauzl.Entry) => {
      archive.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece)).on('error', reject);
        stream.on('end', () => {
          files.set(entry.fileName, Buffer.concat(pieces));
          archive.readEntry();
        });
      });
    });
    archive.readEntry();
  });
  const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? 'null') as Manifest;
  expect([...files.keys()].sort()).toEqual([...manifest.files.map(({ name }) => name), 'manifest.json'].sort());
  for (const { name, rows, bytes, sha256 } of manifest.files) {
    const file = files.get(name) ?? Buffer.alloc(0);
    const found = { bytes: file.length, sha256: createHash('sha256').update(file).digest('hex'), rows: records(file).length };
    expect({ name, ...found }).toEqual({ name, bytes, sha256, rows });
  }
  return { manifest, text: [...files.values()].join('\n'), rows: (table: string) => records(files.get(`${table}.csv`)) };
}

function records(file: Buffer | undefined): Record<string, string>[] {
  return file ? parse<Record<string, string>>(file, { columns: true, bom: true }) : [];
}
