import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { GetFailed, type Got, guardedGet } from '../../providers/guardedGet.ts';
import type { OutboundGuard } from '../../providers/outboundGuard.ts';
import { isRegistryFileName } from './files.ts';

/** An index is a page with links or a line a file; a file is at most what a whole registry has, zipped. */
const most = { indexBytes: 1_000_000, files: 400, fileBytes: 3_000_000_000 };

export interface Fetching {
  guard: OutboundGuard;
  /** Of a workspace's files: an index, or one file. */
  address: string;
  /** Of the workspace: whatever is fetched is loaded from there as if it had been laid there by hand. */
  folder: string;
  signal: AbortSignal;
  /** Least possible sizes make a test quick. */
  mostBytes?: number;
}

/** What became of one file; its name alone is said, never the address, which may hold a password. */
export interface Fetched {
  name: string;
  outcome: 'new' | 'unchanged' | 'failed';
  because?: string;
}

/** What a server said of a file that we have, whole or in part. */
const Known = z.object({ address: z.string(), etag: z.string().optional(), lastModified: z.string().optional() });
type Known = z.output<typeof Known>;

/** Brings what is new at the address into the folder. Of a file that breaks off the rest is asked for the next time, if the server can. */
export async function fetchNew(fetching: Fetching): Promise<Fetched[]> {
  const { guard, signal } = fetching;
  const address = new URL(fetching.address);
  if (isRegistryFileName(nameIn(address))) return [await fetchFile(fetching, address)];
  const index = await guardedGet(guard, address, {}, signal);
  const text = await textOf(index);
  const files = linksIn(text, index.url).filter((url) => isRegistryFileName(nameIn(url)));
  const fetched: Fetched[] = [];
  for (const url of files.slice(0, most.files)) fetched.push(await fetchFile(fetching, withCredentialsOf(address, url)));
  return fetched;
}

async function fetchFile(fetching: Fetching, url: URL): Promise<Fetched> {
  const name = nameIn(url);
  try {
    return { name, outcome: (await bring(fetching, url, name)) ? 'new' : 'unchanged' };
  } catch (error) {
    return { name, outcome: 'failed', because: error instanceof Error ? error.message : String(error) };
  }
}

/** True when the file in the folder is another one now. Names with a dot before them are nobody's downloads (folderFiles). */
async function bring({ guard, folder, signal, mostBytes = most.fileBytes }: Fetching, url: URL, name: string): Promise<boolean> {
  const [whole, part] = [join(folder, name), join(folder, `.${name}.part`)];
  const address = `${url.origin}${url.pathname}${url.search}`;
  const have = await known(whole, join(folder, `.${name}.json`), address);
  const begun = await known(part, `${part}.json`, address);
  const from = begun ? (await stat(part)).size : 0;
  const got = await guardedGet(guard, url, { ...ifChanged(have), ...(begun && from > 0 ? rest(begun, from) : {}) }, signal);
  const { status, headers, body } = got;
  if (status === 304) {
    body.destroy();
    return false;
  }
  const goesOn = status === 206 && headers['content-range']?.startsWith(`bytes ${from}-`) === true;
  if (status !== 200 && !goesOn) {
    body.destroy();
    if (status === 416 || status === 206) await rm(part, { force: true }); // what we have is no part of what is there
    throw new GetFailed(`The server answered ${status}.`);
  }
  const start = goesOn ? from : 0;
  if (start + Number(headers['content-length'] ?? 0) > mostBytes) {
    body.destroy();
    throw new GetFailed(`The file has more than ${mostBytes} bytes.`);
  }
  const said: Known = {
    address,
    ...(headers.etag !== undefined && { etag: headers.etag }),
    ...(headers['last-modified'] !== undefined && { lastModified: headers['last-modified'] }),
  };
  if (!goesOn) await writeFile(`${part}.json`, JSON.stringify(said));
  await pipeline(body, atMost(mostBytes - start), createWriteStream(part, { flags: goesOn ? 'a' : 'w' }));
  await settle(whole, part, said, join(folder, `.${name}.json`));
  return true;
}

/** From here on the file is whole and in place. It is dated as its server dates it: a file of this minute would wait for the next look. */
async function settle(whole: string, part: string, said: Known, note: string): Promise<void> {
  const dated = Date.parse(said.lastModified ?? '');
  if (!Number.isNaN(dated)) await utimes(part, dated / 1000, dated / 1000);
  await rename(part, whole);
  await rename(`${part}.json`, note);
}

/** What is noted of a file that is there and came from this address. */
async function known(file: string, note: string, address: string): Promise<Known | null> {
  const isThere = await stat(file).then(
    () => true,
    () => false, // not there
  );
  if (!isThere) return null;
  try {
    const said = Known.parse(JSON.parse(await readFile(note, 'utf8')));
    return said.address === address ? said : null;
  } catch {
    return null; // without its note a file is as good as another's
  }
}

function ifChanged(have: Known | null): Record<string, string> {
  if (have?.etag !== undefined) return { 'if-none-match': have.etag };
  return have?.lastModified === undefined ? {} : { 'if-modified-since': have.lastModified };
}

/** The rest of a file, if it is still the same one; a weak tag does not say so (RFC 9110, 13.1.5). */
function rest({ etag, lastModified }: Known, from: number): Record<string, string> {
  const validator = etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
  return validator === undefined ? {} : { range: `bytes=${from}-`, 'if-range': validator };
}

function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new GetFailed('The file is larger than a registry.'));
      else done(null, chunk);
    },
  });
}

async function textOf({ status, body }: Got): Promise<string> {
  if (status !== 200) {
    body.destroy();
    throw new GetFailed(`The index answered ${status}.`);
  }
  const chunks: Buffer[] = [];
  await pipeline(body, atMost(most.indexBytes), async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) chunks.push(piece);
  });
  return Buffer.concat(chunks).toString('utf8');
}

function linksIn(text: string, base: URL): URL[] {
  const links = [...text.matchAll(/\bhref\s*=\s*["']([^"']+)["']/gi)].map(([, link]) => link ?? '');
  const named = links.length > 0 ? links : text.split('\n').map((line) => line.trim());
  return [...new Set(named)].filter((link) => link !== '' && URL.canParse(link, base)).map((link) => new URL(link, base));
}

function nameIn({ pathname }: URL): string {
  return pathname.split('/').at(-1) ?? '';
}

function withCredentialsOf(index: URL, url: URL): URL {
  if (url.origin !== index.origin) return url;
  return Object.assign(new URL(url), { username: index.username, password: index.password });
}
