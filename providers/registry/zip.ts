import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { RegistryFileRefused } from './refused.ts';

/** More than the registry's own downloads have: a file for each area code, the whole list unpacked, and what digits compress to. */
const most = { files: 400, bytes: 6_000_000_000, ratio: 200 };

/** The files of a zip, one after the other. Names, counts and sizes are read from its list and judged before a byte is unpacked. */
export async function* unzipped(path: string): AsyncGenerator<{ name: string; bytes: AsyncIterable<Buffer> }> {
  // Strict: a name that leads out of the folder, or a size that is not kept, is an error of the reader.
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(path, {
    lazyEntries: true,
    autoClose: false,
    validateEntrySizes: true,
  }).catch(asRefusal);
  try {
    if (zip.entryCount > most.files)
      throw new RegistryFileRefused(`The zip has ${zip.entryCount} files, more than ${most.files}.`);
    const entries = await listed(zip);
    let total = 0;
    for (const { fileName, uncompressedSize, compressedSize, generalPurposeBitFlag } of entries) {
      total += uncompressedSize;
      if (!/^[\w .-]+\.(?:txt|csv|dat)$/i.test(fileName)) throw new RegistryFileRefused(`"${fileName}" is no name of a list.`);
      if (generalPurposeBitFlag % 2 === 1) throw new RegistryFileRefused(`"${fileName}" is encrypted.`);
      if (uncompressedSize > most.ratio * (compressedSize + 1_000))
        throw new RegistryFileRefused(`"${fileName}" unpacks to more than ${most.ratio} times its size.`);
    }
    if (total > most.bytes) throw new RegistryFileRefused('The zip unpacks to more than a whole registry has.');
    for (const entry of entries) {
      const bytes = await promisify<yauzl.Entry, NodeJS.ReadableStream>((one, done) =>
        zip.openReadStream(one, (error, stream) => done(error, stream)),
      )(entry).catch(asRefusal);
      yield { name: entry.fileName, bytes: bytes as AsyncIterable<Buffer> };
    }
  } finally {
    zip.close();
  }
}

function listed(zip: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = [];
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', (error: Error) => reject(new RegistryFileRefused(`The zip cannot be read: ${error.message}.`)));
    zip.readEntry();
  });
}

function asRefusal(error: unknown): never {
  throw new RegistryFileRefused(`The zip cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
}
