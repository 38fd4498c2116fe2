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
  /** Seeds of the keys that sign clearances of calls; newest first, older ones still verify. */
  readonly clearanceSeeds: readonly Buffer[];
  /** Seeds of the keys that sign the heads of the audit log; newest first, older ones still verify. */
  readonly auditSeeds: readonly Buffer[];
  /** Of the signature on the inbound webhook. */
  readonly webhookKey: Buffer;
  /** Of the chain of the ledger of erasures; like the address key it never changes. */
  readonly ledgerKey: Buffer;
}

/** `secrets`: newest first, each 32 random bytes or more in base64url. Rotation puts a new one in front and keeps the old ones. */
export function platformKeys(secrets: readonly string[]): PlatformKeys {
  const [newest, ...older] = secrets.map((secret) => {
    const bytes = Buffer.from(secret, 'base64url');
    if (bytes.length < 32) throw new RangeError('A platform secret must have at least 32 random bytes, in base64url.');
    return bytes;
  });
  if (!newest) throw new RangeError('The platform needs a secret.');
  const derive = (secret: Buffer, purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `decorum ${purpose} 1`, bytes));
  return {
    addressKey: derive(older.at(-1) ?? newest, 'address', 32),
    linkKeys: [derive(newest, 'link', 32), ...older.map((secret) => derive(secret, 'link', 32))],
    vaultKeys: [newest, ...older].map((secret) => derive(secret, 'vault', 64).toString('base64url')),
    clearanceSeeds: [newest, ...older].map((secret) => derive(secret, 'clearance', 32)),
    auditSeeds: [newest, ...older].map((secret) => derive(secret, 'audit', 32)),
    webhookKey: derive(newest, 'webhook', 32),
    ledgerKey: derive(older.at(-1) ?? newest, 'erasures', 32),
  };
}
