import type { Tx } from './transaction.ts';

export const providers = ['openai', 'zoominfo', 'linkedin'] as const;

/** A credential of somebody else's service, as it may be seen: never the secret. */
export interface Integration {
  provider: (typeof providers)[number];
  kind: 'api_key' | 'oauth_token';
  lastFour: string;
  expiresAt: Date | null;
  setBy: string;
  setAt: Date;
}

const columns = `provider, kind, last_four as "lastFour", expires_at as "expiresAt", set_by as "setBy", set_at as "setAt"`;

/** By provider: there are few. */
export function listIntegrations(tx: Tx): Promise<Integration[]> {
  return tx.rows<Integration>(`select ${columns} from integrations order by provider`);
}

/** In place of the one before, which is gone. `secret` is a vault token already. */
export function putIntegration(
  tx: Tx,
  { provider, kind, secret, lastFour, expiresAt, by }: Omit<Integration, 'setBy' | 'setAt'> & { secret: string; by: string },
): Promise<Integration> {
  return tx.row<Integration>(
    `insert into integrations (tenant_id, provider, kind, secret, last_four, expires_at, set_by)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, provider) do update set kind = excluded.kind, secret = excluded.secret, last_four = excluded.last_four,
       expires_at = excluded.expires_at, set_by = excluded.set_by, set_at = clock_timestamp()
     returning ${columns}`,
    [provider, kind, secret, lastFour, expiresAt, by],
  );
}

/** False when there was none. */
export async function removeIntegration(tx: Tx, provider: string): Promise<boolean> {
  return (await tx.run(`delete from integrations where provider = $1`, [provider])) > 0;
}
