import { type Holder, isFrozen, lacksFactor } from './sessions.ts';
import type { Tx } from './transaction.ts';

export interface ApiToken {
  id: string;
  name: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}

const columns = `id, name, scopes, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt"`;
/** More than anybody can keep an eye on. */
const MOST = 50;

/** A person's tokens, the newest first; those that have expired are cleared away. */
export async function listApiTokens(tx: Tx, userId: string): Promise<ApiToken[]> {
  await tx.run(`delete from api_tokens where tenant_id = $1 and user_id = $2 and expires_at <= clock_timestamp()`, [
    tx.tenantId,
    userId,
  ]);
  return tx.rows<ApiToken>(
    `select ${columns} from api_tokens where tenant_id = $1 and user_id = $2 order by created_at desc, id`,
    [tx.tenantId, userId],
  );
}

/** Undefined when the person has as many as one may have. */
export async function addApiToken(
  tx: Tx,
  token: { userId: string; name: string; tokenHash: Buffer; scopes: readonly string[]; days: number },
): Promise<ApiToken | undefined> {
  const [added] = await tx.rows<ApiToken>(
    `insert into api_tokens (tenant_id, user_id, name, token_hash, scopes, expires_at)
     select $1, $2, $3, $4, $5, clock_timestamp() + make_interval(days => $6)
     where (select count(*) from api_tokens where tenant_id = $1 and user_id = $2) < ${MOST} returning ${columns}`,
    [tx.tenantId, token.userId, token.name, token.tokenHash, token.scopes, token.days],
  );
  return added;
}

/** False: the person has no such token. */
export async function endApiToken(tx: Tx, userId: string, tokenId: string): Promise<boolean> {
  const ended = await tx.run(`delete from api_tokens where tenant_id = $1 and user_id = $2 and id = $3`, [
    tx.tenantId,
    userId,
    tokenId,
  ]);
  return ended > 0;
}

/** For whom a token speaks and what it may; nobody once it has expired. Its use is noted, once a minute. */
export async function findApiToken(tx: Tx, tokenHash: Buffer): Promise<(Holder & { scopes: string[] }) | undefined> {
  const [found] = await tx.rows<Holder & { scopes: string[]; isNoted: boolean }>(
    `select a.user_id as "userId", u.role, a.scopes, ${lacksFactor} as "lacksFactor", ${isFrozen} as "isFrozen",
       coalesce(a.used_at > clock_timestamp() - interval '1 minute', false) as "isNoted"
     from api_tokens a join users u on u.tenant_id = a.tenant_id and u.id = a.user_id join tenants t on t.id = a.tenant_id
     where a.tenant_id = $1 and a.token_hash = $2 and a.expires_at > clock_timestamp() and u.deactivated_at is null`,
    [tx.tenantId, tokenHash],
  );
  if (!found) return undefined;
  const { isNoted, ...holder } = found;
  if (!isNoted) {
    await tx.run(`update api_tokens set used_at = clock_timestamp() where tenant_id = $1 and token_hash = $2`, [
      tx.tenantId,
      tokenHash,
    ]);
  }
  return holder;
}
