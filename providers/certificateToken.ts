import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkKeys } from './linkToken.ts';

/**
 * What the link to a deletion and its certificates carries. It never expires: it is for those who had an account and cannot log in any more,
 * and behind it are ids, counts and instants only.
 */
export interface CertificateClaims {
  readonly tenantId: string;
  readonly deletionId: string;
}

const FORM = /^([\da-f]{32})([\da-f]{32})([\w-]{43})$/;

/** 107 URL-safe characters. The newest key signs. */
export function signCertificateLink(keys: LinkKeys, { tenantId, deletionId }: CertificateClaims): string {
  const ids = `${tenantId}${deletionId}`.replaceAll('-', '');
  return `${ids}${macOf(keys[0], ids).toString('base64url')}`;
}

/** Null for what none of the keys signed. */
export function readCertificateLink(keys: LinkKeys, token: string): CertificateClaims | null {
  const [, tenant, deletion, mac] = FORM.exec(token) ?? [];
  if (tenant === undefined || deletion === undefined || mac === undefined) return null;
  const given = Buffer.from(mac, 'base64url');
  if (!keys.some((key) => timingSafeEqual(macOf(key, `${tenant}${deletion}`), given))) return null;
  return { tenantId: uuidOf(tenant), deletionId: uuidOf(deletion) };
}

function macOf(key: Buffer, ids: string): Buffer {
  return createHmac('sha256', key).update(`decorum certificates 1\0${ids}`).digest();
}

const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
