import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { signS3 } from '../../../providers/backup/awsSignature.ts';
import { s3Store } from '../../../providers/backup/s3Store.ts';
import { BackupMissing, backupName } from '../../../providers/backup/store.ts';
import { s3Double } from '../../doubles/s3.ts';

const account = { keyId: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', region: 'us-east-1' };
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, its examples
test.each([
  {
    asked: 'https://examplebucket.s3.amazonaws.com/test.txt',
    headers: { range: 'bytes=0-9' },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    asked: 'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
  {
    asked: 'https://examplebucket.s3.amazonaws.com/?lifecycle',
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
])('$asked is signed as the documentation says', ({ asked, headers, signature }) => {
  const signed = signS3(account, {
    method: 'GET',
    url: new URL(asked),
    ...(headers && { headers }),
    bodySha256: empty,
    at: new Date('2013-05-24T00:00:00Z'),
  });
  expect(signed.authorization).toContain(`Signature=${signature}`);
});

describe('a bucket', () => {
  let double: Awaited<ReturnType<typeof s3Double>>;
  beforeEach(async () => {
    double = await s3Double(account.keyId);
  });
  afterEach(() => double.close());
  const open = (keyId = account.keyId) => s3Store({ ...account, keyId, url: double.url }, () => new Date());
  const nameOf = (day: number) => backupName(new Date(`2026-11-${day}T03:00:00Z`), randomBytes(4).toString('hex'));
  async function whole(source: Readable): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of source as AsyncIterable<Buffer>) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  test.each([0, 1_000, 16 * 1024 * 1024, 33_000_000])('a file of %d bytes comes back, sent in parts', async (size) => {
    const content = randomBytes(size);
    const name = nameOf(20);
    const pieces = async function* () {
      for (let from = 0; from < size; from += 262_160) yield await Promise.resolve(content.subarray(from, from + 262_160));
    };
    await open().putFile(name, Readable.from(pieces(), { objectMode: false }));
    expect((await whole(await open().getFile(name))).equals(content)).toBe(true);
    expect(double.requests.filter((request) => request.includes('partNumber'))).toHaveLength(
      Math.max(1, Math.ceil(size / (16 * 1024 * 1024))),
    );
  });

  test('lists over pages what is ours, and destroys key and file', async () => {
    const names = [nameOf(21), nameOf(22), nameOf(23)].sort();
    for (const name of names) {
      await open().putFile(name, Readable.from([Buffer.from('file')]));
      await open().putKey(name, 'key');
    }
    double.objects.set('decorum/notes.txt', Buffer.from('not ours'));
    expect((await open().list()).map(({ name }) => name)).toEqual(names);
    await open().destroy(names[0]!);
    expect([...double.objects.keys()].filter((key) => key.includes(names[0]!))).toEqual([]);
    await open().destroy(names[0]!); // gone already
    await expect(open().getKey(names[0]!)).rejects.toThrow(BackupMissing);
    await expect(open().getFile(names[0]!)).rejects.toThrow(BackupMissing);
    expect(await open().getKey(names[1]!)).toBe('key');
  });

  test('a part that is refused leaves no upload behind, and says the code', async () => {
    double.refuse(1);
    await expect(open().putFile(nameOf(24), Readable.from([Buffer.from('file')]))).rejects.toThrow('503 to PUT');
    expect(double.uploads.size + double.objects.size).toBe(0);
    await expect(open('SOMEBODY').list()).rejects.toThrow('AccessDenied');
  });

  test('a redirect is not followed', async () => {
    const elsewhere = createServer((request, response) => {
      response.writeHead(307, { location: `${double.url}${request.url}` }).end();
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/bucket/decorum`;
    await expect(s3Store({ ...account, url }, () => new Date()).list()).rejects.toThrow();
    expect(double.requests).toEqual([]);
    elsewhere.close();
  });
});
