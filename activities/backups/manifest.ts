import { z } from 'zod';
import type { BackupStore } from '../../providers/backup/store.ts';
import { BackupUnreadable } from '../../providers/backup/cipher.ts';
import { type Vault, VaultRefused } from '../../providers/vault.ts';

/** What a backup's key object says, sealed by the vault: the file's key, and what the file must hold. */
const Manifest = z.strictObject({
  version: z.literal(1),
  id: z.uuid(),
  name: z.string(),
  takenAt: z.iso.datetime().transform((text) => new Date(text)),
  expiresAt: z.iso.datetime().transform((text) => new Date(text)),
  key: z.base64().transform((text) => Buffer.from(text, 'base64')),
  format: z.enum(['pg_dump', 'copy']),
  migrations: z.array(z.string()),
  /** Of the content before it was encrypted. */
  bytes: z.int(),
  sha256: z.hex().length(64),
  tables: z.array(z.strictObject({ table: z.string(), rows: z.int() })),
  /** Where the ledger of erasures stood: what was written since is replayed at a restore. */
  ledger: z.strictObject({ seq: z.int(), mac: z.hex() }),
});
export type Manifest = z.output<typeof Manifest>;

const belonging = (name: string) => ({ tenantId: name, column: 'backup.key' });

export function sealManifest(vault: Vault, manifest: Manifest): string {
  return vault.encrypt(
    JSON.stringify({
      ...manifest,
      takenAt: manifest.takenAt.toISOString(),
      expiresAt: manifest.expiresAt.toISOString(),
      key: manifest.key.toString('base64'),
    }),
    belonging(manifest.name),
  );
}

/** The key object under the vault's newest key; null: it is already. Throws VaultRefused when no key opens it. */
export const resealed = (vault: Vault, sealed: string, name: string): string | null =>
  vault.isNewest(sealed, belonging(name)) ? null : vault.rotate(sealed, belonging(name));

/** Throws BackupMissing and BackupUnreadable. */
export async function readManifest({ store, vault }: { store: BackupStore; vault: Vault }, name: string): Promise<Manifest> {
  const sealed = await store.getKey(name);
  try {
    return Manifest.parse(JSON.parse(vault.decrypt(sealed, belonging(name)).toString('utf8')));
  } catch (cause) {
    if (cause instanceof VaultRefused)
      throw new BackupUnreadable(`The key of ${name} does not open: ${cause.message}`, { cause });
    throw cause;
  }
}
