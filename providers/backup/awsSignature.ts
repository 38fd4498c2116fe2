import { createHash, createHmac } from 'node:crypto';

/** Who signs, for which region of the store. */
export interface S3Account {
  keyId: string;
  secret: string;
  region: string;
}

/**
 * The headers that sign a request to an S3-compatible store, among them those given: AWS Signature Version 4
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). The path of `url` must be encoded as it is sent.
 */
export function signS3(
  { keyId, secret, region }: S3Account,
  {
    method,
    url,
    headers = {},
    bodySha256,
    at,
  }: { method: string; url: URL; headers?: Record<string, string>; bodySha256: string; at: Date },
): Record<string, string> {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const signed: Record<string, string> = { ...headers, host: url.host, 'x-amz-content-sha256': bodySha256, 'x-amz-date': time };
  const names = Object.keys(signed).sort();
  const query = [...url.searchParams].map((pair) => pair.map(encoded).join('=')).sort();
  const canonical = [
    method,
    url.pathname,
    query.join('&'),
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    bodySha256,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
  const { host: _, ...sent } = signed; // written by whoever sends
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${keyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${hmac(key, toSign).toString('hex')}`,
  };
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** As RFC 3986 wants it: encodeURIComponent leaves five characters that it reserves. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
