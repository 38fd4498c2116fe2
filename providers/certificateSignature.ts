import { createHash, createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, type Json } from '../domain/canonicalJson.ts';
import type { ClearanceSigner } from './clearanceSignature.ts';

/** An Ed25519 key as the world is shown it (RFC 8037). */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  alg: 'EdDSA';
  use: 'sig';
}

const TYPE = 'decorum-deletion-certificate';

/** The public half of a key in PEM; its id is its thumbprint (RFC 7638), so that nobody has to give it one. */
export function jwkOf(pem: string): PublicJwk {
  const { x = '' } = createPublicKey(pem).export({ format: 'jwk' });
  const kid = createHash('sha256')
    .update(canonicalJson({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' };
}

/** A certificate as a JWS in compact form (RFC 7515): whoever has the public key can check it, offline and years later. */
export function signCertificate(signer: Pick<ClearanceSigner, 'sign' | 'publicKeys'>, certificate: Json): string {
  const { kid } = jwkOf(signer.publicKeys[0] ?? '');
  const part = (value: Json) => Buffer.from(canonicalJson(value)).toString('base64url');
  const input = `${part({ alg: 'EdDSA', kid, typ: TYPE })}.${part(certificate)}`;
  return `${input}.${signer.sign(input).toString('base64url')}`;
}

/** What a JWS says, whether or not it is genuine. */
export function readCertificate(jws: string): Json {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as Json;
}

const Header = z.object({ alg: z.literal('EdDSA'), kid: z.string(), typ: z.literal(TYPE) });
const Keys = z.object({ keys: z.array(z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() })) });
export type CertificateCheck = { genuine: true; kid: string; certificate: Json } | { genuine: false; problem: string };

/** Checks a JWS against a JWKS, with nothing but the two. */
export function checkCertificate(jws: string, jwks: unknown): CertificateCheck {
  const [header = '', payload = '', signature = '', ...more] = jws.trim().split('.');
  const no = (problem: string): CertificateCheck => ({ genuine: false, problem });
  if (signature === '' || more.length > 0) return no('This is no JWS in compact form.');
  const named = Header.safeParse(parsed(header));
  if (!named.success) return no('Its header is none of a deletion certificate.');
  const known = Keys.safeParse(jwks);
  if (!known.success) return no('The keys are no JWKS with Ed25519 keys.');
  for (const jwk of known.data.keys) {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const { kid } = jwkOf(key.export({ type: 'spki', format: 'pem' }).toString());
    if (kid !== named.data.kid) continue;
    if (!verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
      return no('The signature does not fit: the certificate was changed.');
    return { genuine: true, kid, certificate: readCertificate(jws) };
  }
  return no(`It is signed with the key ${named.data.kid}, which is none of these.`);
}

function parsed(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
  } catch {
    return undefined; // refused by the caller, as any other header that is none of ours
  }
}
