import type { Database, Tx } from './transaction.ts';

/** A session ends so long after the last request, whatever its own end is. */
const IDLE = `interval '1 hour'`;

export interface Login {
  tenantId: string;
  userId: string;
  passwordHash: string;
}

/** The one question before a tenant is known: whose log-in name is this canonical address? Nobody's, once it is deactivated. */
export async function findLogin(db: Database, email: string): Promise<Login | undefined> {
  const [found] = await db.lookUp<Login>(
    `select tenant_id as "tenantId", user_id as "userId", password_hash as "passwordHash" from decorum.find_login($1)`,
    [email],
  );
  return found;
}

export interface NewSession {
  tokenHash: Buffer;
  csrfHash: Buffer;
  userId: string;
  hours: number;
  /** From where and with what: so that its owner knows it again in the list. */
  address: string;
  browser: string;
}

/** Opens a session and clears away what has ended of the same person's. */
export async function openSession(tx: Tx, session: NewSession): Promise<void> {
  await tx.run(
    `delete from sessions where tenant_id = $1 and user_id = $2 and (expires_at <= clock_timestamp() or seen_at <= clock_timestamp() - ${IDLE})`,
    [tx.tenantId, session.userId],
  );
  await tx.run(
    `insert into sessions (tenant_id, token_hash, user_id, csrf_hash, expires_at, address, browser)
     values ($1, $2, $3, $4, clock_timestamp() + make_interval(hours => $5), $6, $7)`,
    [tx.tenantId, session.tokenHash, session.userId, session.csrfHash, session.hours, session.address, session.browser],
  );
}

/** Who asks, as the record knows it. */
export interface Holder {
  userId: string;
  role: 'rep' | 'officer' | 'operator' | 'owner';
  /** The workspace wants a second factor of this user, who has none yet. */
  lacksFactor: boolean;
  /** The account is being deleted. */
  isFrozen: boolean;
}

export const lacksFactor = `(t.needs_second_factor and u.role in ('officer', 'owner') and u.totp_confirmed_at is null)`;

export const isFrozen = `exists (select from account_deletions d where d.tenant_id = t.id and d.state not in ('closed', 'cancelled'))`;

/** Who holds the session; nobody once it has expired or has not been used for an hour. Using it is noted, once a minute. */
export async function findSession(tx: Tx, tokenHash: Buffer): Promise<(Holder & { csrfHash: Buffer }) | undefined> {
  const [found] = await tx.rows<Holder & { csrfHash: Buffer; isNoted: boolean }>(
    `select s.user_id as "userId", u.role, s.csrf_hash as "csrfHash", ${lacksFactor} as "lacksFactor", ${isFrozen} as "isFrozen",
       s.seen_at > clock_timestamp() - interval '1 minute' as "isNoted"
     from sessions s join users u on u.tenant_id = s.tenant_id and u.id = s.user_id join tenants t on t.id = s.tenant_id
     where s.tenant_id = $1 and s.token_hash = $2 and s.expires_at > clock_timestamp() and s.seen_at > clock_timestamp() - ${IDLE}
       and u.deactivated_at is null`,
    [tx.tenantId, tokenHash],
  );
  if (!found) return undefined;
  const { isNoted, ...holder } = found;
  if (!isNoted) {
    await tx.run(`update sessions set seen_at = clock_timestamp() where tenant_id = $1 and token_hash = $2`, [
      tx.tenantId,
      tokenHash,
    ]);
  }
  return holder;
}

/** The same session under a new secret: after a change of what its user may do or is known by. */
export async function renewSession(tx: Tx, oldHash: Buffer, next: Pick<NewSession, 'tokenHash' | 'csrfHash'>): Promise<void> {
  await tx.run(`update sessions set token_hash = $3, csrf_hash = $4 where tenant_id = $1 and token_hash = $2`, [
    tx.tenantId,
    oldHash,
    next.tokenHash,
    next.csrfHash,
  ]);
}

export async function endSession(tx: Tx, tokenHash: Buffer): Promise<void> {
  await tx.run(`delete from sessions where tenant_id = $1 and token_hash = $2`, [tx.tenantId, tokenHash]);
}

export interface OpenSession {
  id: string;
  createdAt: Date;
  seenAt: Date;
  expiresAt: Date;
  address: string;
  browser: string;
  isThis: boolean;
}

/** A person's sessions, the one that was used last first. */
export async function listSessions(tx: Tx, userId: string, tokenHash: Buffer | null): Promise<OpenSession[]> {
  return tx.rows<OpenSession>(
    `select id, created_at as "createdAt", seen_at as "seenAt", least(expires_at, seen_at + ${IDLE}) as "expiresAt", address, browser,
       coalesce(token_hash = $3, false) as "isThis"
     from sessions where tenant_id = $1 and user_id = $2 and expires_at > clock_timestamp() and seen_at > clock_timestamp() - ${IDLE}
     order by seen_at desc, id`,
    [tx.tenantId, userId, tokenHash],
  );
}

/** False: the person has no such session. */
export async function endSessionById(tx: Tx, userId: string, sessionId: string): Promise<boolean> {
  const ended = await tx.run(`delete from sessions where tenant_id = $1 and user_id = $2 and id = $3`, [
    tx.tenantId,
    userId,
    sessionId,
  ]);
  return ended > 0;
}

export async function endOtherSessions(tx: Tx, userId: string, keptTokenHash: Buffer | null): Promise<void> {
  await tx.run(`delete from sessions where tenant_id = $1 and user_id = $2 and token_hash is distinct from $3`, [
    tx.tenantId,
    userId,
    keptTokenHash,
  ]);
}

/**
 * Ends all that could act for a person but one session: other sessions, API tokens, links in letters that have not been followed. After a
 * new password, address, second factor or role nothing goes on that was opened before it.
 */
export async function endAccess(tx: Tx, userId: string, keptTokenHash: Buffer | null): Promise<void> {
  await endOtherSessions(tx, userId, keptTokenHash);
  await tx.run(`delete from api_tokens where tenant_id = $1 and user_id = $2`, [tx.tenantId, userId]);
  await tx.run(
    `update account_letters set used_at = clock_timestamp()
     where tenant_id = $1 and user_id = $2 and kind in ('reset', 'new_email') and used_at is null`,
    [tx.tenantId, userId],
  );
}

export async function isKnownAddress(tx: Tx, userId: string, addressHash: Buffer): Promise<boolean> {
  const known = await tx.rows(`select from known_addresses where tenant_id = $1 and user_id = $2 and address_hash = $3`, [
    tx.tenantId,
    userId,
    addressHash,
  ]);
  return known.length > 0;
}

/** Notes from where a log-in succeeded, and forgets where none did for 90 days. */
export async function noteAddress(tx: Tx, userId: string, addressHash: Buffer): Promise<void> {
  await tx.run(
    `insert into known_addresses (tenant_id, user_id, address_hash) values ($1, $2, $3)
     on conflict (tenant_id, user_id, address_hash) do update set seen_at = clock_timestamp()`,
    [tx.tenantId, userId, addressHash],
  );
  await tx.run(
    `delete from known_addresses where tenant_id = $1 and user_id = $2 and seen_at < clock_timestamp() - interval '90 days'`,
    [tx.tenantId, userId],
  );
}
