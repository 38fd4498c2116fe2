import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type S3Account, signS3 } from './awsSignature.ts';
import { BackupMissing, type BackupStore, backupsAmong, fileSuffix, keySuffix } from './store.ts';

/** Held in memory, one at a time. A store takes 10,000 parts: 160 GiB. */
const partBytes = 16 * 1024 * 1024;
/** For one request; the body of an answer may take longer. */
const patienceMs = 5 * 60_000;

export interface S3Place extends S3Account {
  /** Of the bucket, in path style, with a folder if wanted: `https://s3.example.com/bucket/decorum`. */
  url: string;
}

/** Backups in a bucket of an S3-compatible store, which must keep no old versions: what is destroyed must be gone. */
export function s3Store(place: S3Place, now: () => Date): BackupStore {
  const { origin, pathname } = new URL(place.url);
  const [bucket = '', ...folders] = pathname.split('/').filter((part) => part !== '');
  const prefix = folders.map((folder) => `${folder}/`).join('');
  const fileOf = (name: string): string => `${prefix}${name}${fileSuffix}`;
  const keyOf = (name: string): string => `${prefix}${name}${keySuffix}`;

  async function ask(
    method: string,
    object: string,
    query: Record<string, string> = {},
    body: Buffer = Buffer.alloc(0),
  ): Promise<Response> {
    const url = new URL(`${origin}/${bucket}/${object}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const bodySha256 = createHash('sha256').update(body).digest('hex');
    const headers = signS3(place, { method, url, bodySha256, at: now() });
    // A deadline for the answer's head only: a signal would also end the reading of a large body.
    const late = new AbortController();
    const clock = setTimeout(() => late.abort(new Error('The backup store does not answer.')), patienceMs);
    try {
      return await fetch(url, {
        method,
        headers,
        signal: late.signal,
        redirect: 'error',
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      });
    } finally {
      clearTimeout(clock);
    }
  }

  async function must(...request: Parameters<typeof ask>): Promise<Response> {
    const response = await ask(...request);
    if (response.ok) return response;
    throw new Error(
      `The backup store answered ${response.status} to ${request[0]} ${request[1]}: ${tag(await response.text(), 'Code') ?? 'no code'}.`,
    );
  }

  async function get(object: string, name: string, part: 'file' | 'key'): Promise<Response> {
    const response = await ask('GET', object);
    if (response.status === 404) throw new BackupMissing(name, part);
    if (!response.ok) throw new Error(`The backup store answered ${response.status} to GET ${object}.`);
    return response;
  }

  async function putInParts(object: string, content: Readable): Promise<void> {
    const uploadId = tag(await (await must('POST', object, { uploads: '' })).text(), 'UploadId');
    if (uploadId === undefined) throw new Error('The backup store began no upload.');
    try {
      const tags: string[] = [];
      for await (const part of inParts(content)) {
        const response = await must('PUT', object, { partNumber: String(tags.length + 1), uploadId }, part);
        tags.push(response.headers.get('etag') ?? '');
      }
      const parts = tags.map((etag, place) => `<Part><PartNumber>${place + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
      const done = await must(
        'POST',
        object,
        { uploadId },
        Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`),
      );
      const text = await done.text(); // may be an error behind a 200: the store had to say something before it knew
      if (text.includes('<Error>'))
        throw new Error(`The backup store could not put ${object} together: ${tag(text, 'Code') ?? 'no code'}.`);
    } catch (error) {
      await ask('DELETE', object, { uploadId });
      throw error;
    }
  }

  return {
    putFile: (name, content) => putInParts(fileOf(name), content),
    async getFile(name) {
      const { body } = await get(fileOf(name), name, 'file');
      return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
    },
    putKey: async (name, sealed) => void (await must('PUT', keyOf(name), {}, Buffer.from(sealed))),
    getKey: async (name) => (await get(keyOf(name), name, 'key')).text(),
    async destroy(name) {
      for (const object of [keyOf(name), fileOf(name)]) await must('DELETE', object);
    },
    async list() {
      const objects: string[] = [];
      for (let token: string | undefined = ''; token !== undefined; ) {
        const page: string = await (
          await must('GET', '', { 'list-type': '2', prefix, ...(token !== '' && { 'continuation-token': token }) })
        ).text();
        for (const [, key = ''] of page.matchAll(/<Key>([^<]*)<\/Key>/g)) objects.push(key.slice(prefix.length));
        token = tag(page, 'IsTruncated') === 'true' ? tag(page, 'NextContinuationToken') : undefined;
      }
      return backupsAmong(objects);
    },
  };
}

/** The text of the first element of that name; what we look for has no element within. */
const tag = (xml: string, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

/** One part at least, and every one but the last of the same size. */
async function* inParts(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isFirst = true;
  for await (const bytes of content) {
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes < partBytes) continue;
    const all = Buffer.concat(held);
    yield all.subarray(0, partBytes);
    isFirst = false;
    held = [all.subarray(partBytes)];
    heldBytes = all.length - partBytes;
  }
  if (isFirst || heldBytes > 0) yield Buffer.concat(held);
}
