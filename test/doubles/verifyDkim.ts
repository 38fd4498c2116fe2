import { createHash, createPublicKey, verify } from 'node:crypto';

/** A DKIM verifier written from RFC 6376 alone, on raw bytes, so that signatures are not judged by the code that made them. */
export function verifyDkim(
  raw: Buffer,
  lookUp: (name: string) => string,
): { passed: boolean; signedHeaders: string[]; why?: string } {
  const text = raw.toString('latin1');
  const split = text.indexOf('\r\n\r\n');
  const fields = text.slice(0, split).split(/\r\n(?![ \t])/);
  const body = text.slice(split + 4);
  const nameOf = (field: string) => field.slice(0, field.indexOf(':')).trim().toLowerCase();
  const signatureField = fields.find((field) => nameOf(field) === 'dkim-signature');
  if (!signatureField) return { passed: false, signedHeaders: [], why: 'no signature' };
  const tags = tagsOf(signatureField.slice(signatureField.indexOf(':') + 1));
  const signedHeaders = (tags['h'] ?? '').split(':').map((name) => name.trim().toLowerCase());
  if (tags['v'] !== '1' || tags['c'] !== 'relaxed/relaxed')
    return { passed: false, signedHeaders, why: 'another version or canonicalization' };

  const canonicalBody = relaxBody(body);
  const bodyHash = createHash('sha256').update(Buffer.from(canonicalBody, 'latin1')).digest('base64');
  if (bodyHash !== tags['bh']) return { passed: false, signedHeaders, why: 'the body hash differs' };

  // 5.4.2: a name that occurs several times takes the fields from the bottom up; a name without a field is the null string.
  const remaining = fields.filter((field) => field !== signatureField);
  let data = '';
  for (const name of signedHeaders) {
    const index = remaining.map(nameOf).lastIndexOf(name);
    if (index >= 0) data += `${relaxField(remaining.splice(index, 1)[0] ?? '')}\r\n`;
  }
  data += relaxField(signatureField).replace(/([; ]b=)[^;]*/, '$1');
  const record = tagsOf(lookUp(`${tags['s']}._domainkey.${tags['d']}`));
  const signature = Buffer.from(tags['b'] ?? '', 'base64');
  const bytes = Buffer.from(data, 'latin1');
  const publicBytes = Buffer.from(record['p'] ?? '', 'base64');
  const passed =
    tags['a'] === 'rsa-sha256'
      ? verify('sha256', bytes, createPublicKey({ key: publicBytes, format: 'der', type: 'spki' }), signature)
      : verify(
          null,
          createHash('sha256').update(bytes).digest(),
          createPublicKey({
            key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicBytes]),
            format: 'der',
            type: 'spki',
          }),
          signature,
        );
  return { passed, signedHeaders, ...(passed ? {} : { why: 'the signature differs' }) };
}

function tagsOf(list: string): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const tag of list.split(';')) {
    const equals = tag.indexOf('=');
    if (equals > 0) tags[tag.slice(0, equals).trim()] = tag.slice(equals + 1).replaceAll(/\s+/g, '');
  }
  return tags;
}

function relaxField(field: string): string {
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replaceAll(/[\t ]+/g, ' ');
  return `${field.slice(0, colon).trim().toLowerCase()}:${value.replace(/^ /, '').replace(/ $/, '')}`;
}

function relaxBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replaceAll(/[\t ]+/g, ' ').replace(/ $/, ''));
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}
