import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type RegistryFile, type RegistryLoad, uploadOf } from '../../db/calls/registryLoads.ts';
import type { Database } from '../../db/transaction.ts';
import { registryLines, type RegistryLines } from '../../providers/registry/lines.ts';
import { RegistryFileRefused } from '../../providers/registry/refused.ts';
import { unzipped } from '../../providers/registry/zip.ts';

export interface RegistryFiles {
  db: Database;
  /** The operator's: a folder in it for each workspace, named by its id. Absent: files come by upload alone. */
  registryFolder?: string | undefined;
}

/** A file younger than this may still be on its way into the folder. */
const settledAfterMs = 60_000;
/** `federal_full_2026-11-20_SAN123.zip`, `federal_changes_2026-11-21_SAN123_212.txt`, `FL_full_2026-11-01_FL77.csv`. */
const fileName = /^(federal|[A-Z]{2})_(full|changes)_(\d{4}-\d\d-\d\d)_([A-Za-z0-9-]{1,40})(?:_([2-9]\d\d))?\.(txt|csv|dat|zip)$/;

/** Whether a name says list, kind, date and account. */
export const isRegistryFileName = (name: string): boolean => fileName.test(name);

export interface FolderFile {
  file: RegistryFile;
  stamp: string;
}

/** The files of a workspace's folder that are whole, those with the oldest data first: changes follow what they change. */
export async function folderFiles(folder: string, now: Date): Promise<{ files: FolderFile[]; unknown: string[] }> {
  const files: FolderFile[] = [];
  const unknown: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const [, list, kind, dataOn, account, areaCode, form] = fileName.exec(entry.name) ?? [];
    if (list === undefined || dataOn === undefined || account === undefined) {
      unknown.push(entry.name);
      continue;
    }
    const stamp = await stampOf(folder, entry.name);
    if (now.getTime() - stamp.changedAtMs < settledAfterMs) continue;
    const file: RegistryFile = {
      list,
      kind: kind === 'changes' ? 'changes' : 'full',
      dataOn,
      account,
      areaCode: areaCode === undefined ? null : Number(areaCode),
      form: form === 'zip' ? 'zip' : 'lines',
      fileName: entry.name,
    };
    files.push({ file, stamp: stamp.words });
  }
  const order = ({ file: { dataOn, kind } }: FolderFile) => `${dataOn} ${kind === 'full' ? 0 : 1}`;
  return { files: files.sort((a, b) => order(a).localeCompare(order(b))), unknown };
}

async function stampOf(folder: string, name: string): Promise<{ words: string; changedAtMs: number }> {
  const { size, mtimeMs } = await stat(join(folder, name));
  return { words: `${name} ${size} ${Math.trunc(mtimeMs)}`, changedAtMs: mtimeMs };
}

/** The numbers of a load's file that are not in its edition yet. */
export async function* linesOf(files: RegistryFiles, tenantId: string, load: RegistryLoad): AsyncGenerator<RegistryLines> {
  const of = { kind: load.kind, areaCode: load.areaCode, skip: load.linesDone };
  if (load.origin === 'folder') {
    const path = await folderPath(files, tenantId, load);
    if (load.form === 'zip') yield* linesOfZip(path, of);
    else yield* registryLines(createReadStream(path) as AsyncIterable<Buffer>, of);
    return;
  }
  const upload = uploadOf(files.db, tenantId, load.id);
  if (load.form === 'lines') return yield* registryLines(upload, of);
  // A zip is read from its end, so it lies in a file while it is read.
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  try {
    const path = join(folder, 'download.zip');
    await pipeline(upload, createWriteStream(path));
    yield* linesOfZip(path, of);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function folderPath({ registryFolder }: RegistryFiles, tenantId: string, load: RegistryLoad): Promise<string> {
  const folder = join(registryFolder ?? '', tenantId);
  const stamp = await stampOf(folder, load.fileName).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new RegistryFileRefused(`"${load.fileName}" is no longer in the folder.`);
    throw error;
  });
  if (stamp.words !== load.fileStamp) throw new RegistryFileRefused(`"${load.fileName}" has changed since it was found.`);
  return join(folder, load.fileName);
}

/** The name of a file in the zip may give the area code. */
async function* linesOfZip(
  path: string,
  { kind, areaCode, skip }: { kind: 'full' | 'changes'; areaCode: number | null; skip: number },
): AsyncGenerator<RegistryLines> {
  let before = 0;
  for await (const { name, bytes } of unzipped(path)) {
    const code = /(?<!\d)([2-9]\d\d)(?!\d)/.exec(name)?.[1];
    const of = { kind, areaCode: areaCode ?? (code === undefined ? null : Number(code)), skip: Math.max(0, skip - before) };
    let last = 0;
    for await (const { found, linesRead } of registryLines(bytes, of)) {
      last = linesRead;
      yield { found, linesRead: before + linesRead };
    }
    before += last;
  }
}
