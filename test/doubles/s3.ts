import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

/** An S3-compatible store in memory, of one bucket: parts, pages of two, and answers 403 to whoever does not sign for it. */
export async function s3Double(keyId: string) {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const requests: string[] = [];
  let fails = 0;

  async function bodyOf(request: IncomingMessage): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    return Buffer.concat(pieces);
  }
  function list(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const from = Number(query.get('continuation-token') ?? '0');
    const page = keys.slice(from, from + 2).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    const isMore = from + 2 < keys.length;
    const next = isMore ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
    return `<ListBucketResult><IsTruncated>${isMore}</IsTruncated>${page.join('')}${next}</ListBucketResult>`;
  }

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '', 'http://store');
      const key = url.pathname.replace(/^\/bucket\//, '');
      const upload = url.searchParams.get('uploadId');
      const body = await bodyOf(request);
      requests.push(`${request.method} ${url.pathname}${url.search}`);
      const answer = (status: number, text: string | Buffer = '', headers: Record<string, string> = {}) =>
        response.writeHead(status, headers).end(text);
      if (!request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${keyId}/`))
        return answer(403, '<Error><Code>AccessDenied</Code></Error>');
      if (fails > 0 && request.method === 'PUT') {
        fails -= 1;
        return answer(503, '<Error><Code>SlowDown</Code></Error>');
      }
      if (request.method === 'GET' && key === '') return answer(200, list(url.searchParams));
      if (request.method === 'GET')
        return objects.has(key) ? answer(200, objects.get(key)) : answer(404, '<Error><Code>NoSuchKey</Code></Error>');
      if (request.method === 'POST' && upload === null) {
        uploads.set('1', new Map());
        return answer(200, '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>');
      }
      if (request.method === 'PUT' && upload !== null) {
        const part = Number(url.searchParams.get('partNumber'));
        uploads.get(upload)?.set(part, body);
        return answer(200, '', { etag: `"${part}"` });
      }
      if (request.method === 'POST' && upload !== null) {
        const parts = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"\1"<\/ETag>/g)].map(([, part]) =>
          Number(part),
        );
        objects.set(key, Buffer.concat(parts.map((part) => uploads.get(upload)?.get(part) ?? Buffer.from('missing'))));
        uploads.delete(upload);
        return answer(200, '<CompleteMultipartUploadResult/>');
      }
      if (request.method === 'DELETE' && upload !== null) uploads.delete(upload);
      else if (request.method === 'DELETE') objects.delete(key);
      else objects.set(key, body);
      return answer(request.method === 'DELETE' ? 204 : 200);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/decorum`,
    objects,
    /** Begun and not ended. */
    uploads,
    requests,
    /** The next writes are refused. */
    refuse: (writes: number) => void (fails = writes),
    close: () => server.close(),
  };
}
