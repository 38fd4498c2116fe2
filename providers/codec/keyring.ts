import { createHash, createSecretKey } from 'node:crypto';
import type { Vault } from '../vault.ts';
import type { DataKey } from './sealing.ts';

/** Where the wrapped keys of the tenants are kept (db/tenantKeys.ts); `wrapped` is null once the key was destroyed. */
export interface KeyStore {
  /** The tenant's key, kept from now on when there was none. */
  ofTenant(tenantId: string, wrapNew: () => string): Promise<{ keyId: string; wrapped: string | null }>;
  byId(keyId: string): Promise<{ tenantId: string; wrapped: string | null } | undefined>;
}

/** A key that opens payloads, and whose they are; null: the platform's. */
export interface OwnedKey extends DataKey {
  readonly tenantId: string | null;
}

export interface Keyring {
  /** What the tenant's payloads are encrypted under; null: the platform's newest key. No SQL but once in a while. */
  sealing(tenantId: string | null): OwnedKey | Promise<OwnedKey>;
  opening(keyId: string): OwnedKey | Promise<OwnedKey>;
}

/** What was written under the key is gone for good, which is what its destruction is for (P7). */
export class TenantKeyDestroyed extends Error {
  override readonly name = 'TenantKeyDestroyed';
  constructor() {
    super(
      'The key of this workspace was destroyed when its account was deleted: nothing in its histories can be read or written.',
    );
  }
}

export class UnknownKey extends Error {
  override readonly name = 'UnknownKey';
}

/** A destroyed key opens nothing any more after this, in any process. */
const KEPT_MS = 30_000;
/** Beyond so many, those that nobody has used for a while are let go. */
const MANY = 10_000;
const wrappedIn = 'tenant_keys.wrapped';
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Kept {
  key: OwnedKey | Promise<OwnedKey>;
  untilMs: number;
}

/** The data keys, in memory for half a minute each. `platformKeys`: newest first, 32 bytes each; the older ones open. */
export function keyring(world: {
  store: KeyStore;
  vault: Vault;
  platformKeys: readonly Buffer[];
  monotonicMs(): number;
  randomBytes(size: number): Buffer;
}): Keyring {
  const { store, vault, monotonicMs, randomBytes } = world;
  const platform = world.platformKeys.map((bytes) => {
    const id = `platform-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
    return owned(id, bytes, null);
  });
  const [newest] = platform;
  if (!newest) throw new RangeError('The platform needs a key for its payloads.');
  const byTenant = new Map<string, Kept>();
  const byId = new Map<string, Kept>();

  /** One question to the store for all who ask meanwhile; a failed one is not kept. */
  function kept(in_: Map<string, Kept>, name: string, ask: () => Promise<OwnedKey>): OwnedKey | Promise<OwnedKey> {
    const nowMs = monotonicMs();
    const known = in_.get(name);
    if (known && known.untilMs > nowMs) return known.key;
    if (in_.size > MANY) for (const [old, { untilMs }] of in_) if (untilMs <= nowMs) in_.delete(old);
    const entry: Kept = { key: ask(), untilMs: nowMs + KEPT_MS };
    in_.set(name, entry);
    const asked = entry.key as Promise<OwnedKey>;
    asked.then(
      (key) => void (entry.key = key),
      () => void (in_.get(name) === entry && in_.delete(name)),
    );
    return asked;
  }

  function unwrapped(keyId: string, tenantId: string, wrapped: string | null): OwnedKey {
    if (wrapped === null) throw new TenantKeyDestroyed();
    return owned(keyId, vault.decrypt(wrapped, { tenantId, column: wrappedIn }), tenantId);
  }

  return {
    sealing(tenantId) {
      if (tenantId === null) return newest;
      return kept(byTenant, tenantId, async () => {
        const { keyId, wrapped } = await store.ofTenant(tenantId, () =>
          vault.encrypt(randomBytes(32), { tenantId, column: wrappedIn }),
        );
        return unwrapped(keyId, tenantId, wrapped);
      });
    },
    opening(keyId) {
      const ours = platform.find(({ id }) => id === keyId);
      if (ours) return ours;
      return kept(byId, keyId, async () => {
        const found = isUuid.test(keyId) ? await store.byId(keyId) : undefined;
        if (!found)
          throw new UnknownKey(
            'A payload names a key that is not here: it is of another installation, or of a secret that was left out.',
          );
        return unwrapped(keyId, found.tenantId, found.wrapped);
      });
    },
  };
}

function owned(id: string, bytes: Buffer, tenantId: string | null): OwnedKey {
  return { id, idBytes: Buffer.from(id), key: createSecretKey(bytes), tenantId };
}
