import { createHash } from 'node:crypto';
import { findApiToken } from '../db/apiTokens.ts';
import type { Holder } from '../db/sessions.ts';
import type { Database } from '../db/transaction.ts';

/** `decorum_<tenant>_<secret>`: a prefix that scanners for leaked secrets can look for, and the tenant behind whose wall it is kept. */
const FORM = /^decorum_([0-9a-f]{32})_([\w-]{43})$/;

export function newApiToken(tenantId: string, randomBytes: (size: number) => Buffer): { token: string; hash: Buffer } {
  const token = `decorum_${tenantId.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashOf(token) };
}

/** The token of an Authorization header; null when there is none (RFC 6750, 2.1). */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** For whom the token speaks; undefined when it is none of ours or has expired. */
export async function holderOf(
  db: Database,
  token: string,
): Promise<(Holder & { tenantId: string; scopes: readonly string[] }) | undefined> {
  const hex = FORM.exec(token)?.[1];
  if (hex === undefined) return undefined;
  const tenantId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const holder = await db.inTenant(tenantId, (tx) => findApiToken(tx, hashOf(token)));
  return holder && { ...holder, tenantId };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
