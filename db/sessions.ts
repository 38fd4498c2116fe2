import type { Database, Tx } from './transaction.ts';

/** The one question before a tenant is known: whose log-in name is this canonical address? */
export async function findLogin(
  db: Database,
  email: string,
): Promise<{ tenantId: string; userId: string; passwordHash: string } | undefined> {
  const [found] = await db.lookUp<{ tenantId: string; userId: string; passwordHash: string }>(
    `select tenant_id as "tenantId", user_id as "userId", password_hash as "passwordHash" from decorum.find_login($1)`,
    [email],
  );
  return found;
}

/** Opens a session and clears away what has expired of the same person's. */
export async function openSession(
  tx: Tx,
  session: { tokenHash: Buffer; csrfHash: Buffer; userId: string; hours: number },
): Promise<void> {
  await tx.run(`delete from sessions where tenant_id = $1 and user_id = $2 and expires_at <= clock_timestamp()`, [
    tx.tenantId,
    session.userId,
  ]);
  await tx.run(
    `insert into sessions (tenant_id, token_hash, user_id, csrf_hash, expires_at)
     values ($1, $2, $3, $4, clock_timestamp() + make_interval(hours => $5))`,
    [tx.tenantId, session.tokenHash, session.userId, session.csrfHash, session.hours],
  );
}

/** Who holds the session; nobody once it has expired. */
export async function findSession(
  tx: Tx,
  tokenHash: Buffer,
): Promise<{ userId: string; role: string; csrfHash: Buffer } | undefined> {
  const [found] = await tx.rows<{ userId: string; role: string; csrfHash: Buffer }>(
    `select s.user_id as "userId", u.role, s.csrf_hash as "csrfHash"
     from sessions s join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
     where s.tenant_id = $1 and s.token_hash = $2 and s.expires_at > clock_timestamp()`,
    [tx.tenantId, tokenHash],
  );
  return found;
}

export async function endSession(tx: Tx, tokenHash: Buffer): Promise<void> {
  await tx.run(`delete from sessions where tenant_id = $1 and token_hash = $2`, [tx.tenantId, tokenHash]);
}

/** Ends every session of a person but one: a new password, or a new role, must not be used by an old log-in. */
export async function endOtherSessions(tx: Tx, userId: string, keptTokenHash: Buffer | null): Promise<void> {
  await tx.run(`delete from sessions where tenant_id = $1 and user_id = $2 and token_hash is distinct from $3`, [
    tx.tenantId,
    userId,
    keptTokenHash,
  ]);
}
