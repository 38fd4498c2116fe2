import { hkdfSync } from 'node:crypto';
import type { LinkKeys } from './linkToken.ts';

/** The platform's keys, each derived for one purpose, so that one secret in the environment is enough. */
export interface PlatformKeys {
  /** Of the keyed hashes under which opt-outs live: it never changes, or they would be forgotten. */
  readonly addressKey: Buffer;
  /** Newest first; older ones still verify, because unsubscribe links answer for good. */
  readonly linkKeys: LinkKeys;
  /** Base64url, newest first, for providers/vault.ts. */
  readonly vaultKeys: readonly string[];
  /** Newest first, of the payloads that are no tenant's (providers/codec). */
  readonly codecKeys: readonly Buffer[];
  /** Seeds of the keys that sign clearances of calls; newest first, older ones still verify. */
  readonly clearanceSeeds: readonly Buffer[];
  /** Seeds of the keys that sign the heads of the audit log; newest first, older ones still verify. */
  readonly auditSeeds: readonly Buffer[];
  /** Seeds of the keys that sign certificates of deletion; newest first, older ones still verify. */
  readonly certificateSeeds: readonly Buffer[];
  /** Of the signature on the inbound webhook. */
  readonly webhookKey: Buffer;
  /** Of the chain of the ledger of erasures; like the address key it never changes. */
  readonly ledgerKey: Buffer;
}

/** Marks a secret that is known already and not used yet: every process learns of it so before the first one writes with it. */
const NEXT = 'next:';

/**
 * `secrets`: newest first, each 32 random bytes or more in base64url. Rotation puts a new one in front and keeps the old ones; one marked
 * `next:`, at any place, opens and verifies only.
 */
export function platformKeys(secrets: readonly string[]): PlatformKeys {
  const [newest, ...older] = secrets.filter((secret) => !secret.startsWith(NEXT)).map(secretOf);
  const next = secrets.filter((secret) => secret.startsWith(NEXT)).map((secret) => secretOf(secret.slice(NEXT.length)));
  if (!newest) throw new RangeError('The platform needs a secret.');
  const derive = (secret: Buffer, purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `decorum ${purpose} 1`, bytes));
  const each = (purpose: string, bytes: number) => [newest, ...older, ...next].map((secret) => derive(secret, purpose, bytes));
  const [link, ...otherLinks] = each('link', 32);
  return {
    addressKey: derive(older.at(-1) ?? newest, 'address', 32),
    linkKeys: [link!, ...otherLinks],
    vaultKeys: each('vault', 64).map((key) => key.toString('base64url')),
    codecKeys: each('codec', 32),
    clearanceSeeds: each('clearance', 32),
    auditSeeds: each('audit', 32),
    certificateSeeds: each('certificate', 32),
    webhookKey: derive(newest, 'webhook', 32),
    ledgerKey: derive(older.at(-1) ?? newest, 'erasures', 32),
  };
}

function secretOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < 32) throw new RangeError('A platform secret must have at least 32 random bytes, in base64url.');
  // Of 32 random bytes 30 are different on average, and fewer than 20 never are; of a phrase or a pattern most repeat.
  if (new Set(bytes).size < 20)
    throw new RangeError('The platform secret is not random: make one with `openssl rand -base64 32`.');
  return bytes;
}
