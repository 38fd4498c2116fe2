import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { canonicalJson, type Json } from '../domain/canonicalJson.ts';
import { checkCertificate } from '../providers/certificateSignature.ts';

// `npm run --silent verify-certificate -- FILE [KEYS]`: 0 genuine, 1 not, 2 bad use. It asks nobody: without KEYS, a copy of the issuer's
// /.well-known/jwks.json, the file's own keys are taken, and the reader compares the key's thumbprint.

const [file, keysFile, ...more] = process.argv.slice(2);
if (file === undefined || more.length > 0) {
  console.error('Usage: npm run --silent verify-certificate -- FILE [KEYS]');
  process.exit(2);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    console.error(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // no JSON: a bare JWS
  }
}

const text = read(file);
const whole = z.object({ jws: z.string(), jwks: z.unknown(), certificate: z.unknown() }).safeParse(parsed(text));
const keys = keysFile === undefined ? whole.data?.jwks : parsed(read(keysFile));
const check = checkCertificate(whole.data?.jws ?? text, keys);
if (!check.genuine) {
  console.log(`Not genuine: ${check.problem}`);
  process.exit(1);
}
if (whole.success && !isSame(whole.data.certificate, check.certificate)) {
  console.log('Not genuine: what the file says beside its signature was changed.');
  process.exit(1);
}
const said = z
  .object({ kind: z.string(), partial: z.boolean(), tenantId: z.string(), issuedAt: z.string() })
  .parse(check.certificate);
console.log(`Genuine: ${said.kind}${said.partial ? ', partial' : ''}, workspace ${said.tenantId}, issued ${said.issuedAt}`);
console.log(
  keysFile === undefined
    ? `Signed with the key ${check.kid}: compare it with the issuer's /.well-known/jwks.json.`
    : `Signed with the key ${check.kid} of ${keysFile}.`,
);

/** By what they say: the file is written for people, with blanks. */
function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one as Json) === canonicalJson(other as Json);
}
