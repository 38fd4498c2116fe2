import type { Tx } from './transaction.ts';

export interface User {
  id: string;
  email: string;
  name: string;
  role: 'rep' | 'officer' | 'operator' | 'owner';
  zone: string;
  signature: string;
  createdAt: Date;
  /** Cannot log in since. */
  deactivatedAt: Date | null;
  hasSecondFactor: boolean;
}

const columns = `id, email, name, role, zone, signature, created_at as "createdAt", deactivated_at as "deactivatedAt",
  totp_confirmed_at is not null as "hasSecondFactor"`;

export async function findUser(tx: Tx, userId: string): Promise<User | undefined> {
  const [user] = await tx.rows<User>(`select ${columns} from users where tenant_id = $1 and id = $2`, [tx.tenantId, userId]);
  return user;
}

/** By address; `after` is the last address of the page before. */
export async function listUsers(tx: Tx, page: { search: string; after: string | null; rows: number }): Promise<User[]> {
  return tx.rows<User>(
    `select ${columns} from users
     where tenant_id = $1 and ($2::text is null or email > $2)
       and ($3 = '' or strpos(lower(email || ' ' || name), lower($3)) > 0)
     order by email limit $4`,
    [tx.tenantId, page.after, page.search, page.rows],
  );
}

/** Undefined when the address is a log-in name already, here or in another workspace. */
export async function addUser(
  tx: Tx,
  user: Pick<User, 'email' | 'name' | 'role' | 'zone' | 'signature'> & { passwordHash: string },
): Promise<User | undefined> {
  const [added] = await tx.rows<User>(
    `insert into users (tenant_id, email, name, role, zone, signature, password_hash) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (email) do nothing returning ${columns}`,
    [tx.tenantId, user.email, user.name, user.role, user.zone, user.signature, user.passwordHash],
  );
  return added;
}

/** Changes what is given. */
export async function changeUser(
  tx: Tx,
  userId: string,
  change: { [Key in 'name' | 'role' | 'zone' | 'signature' | 'passwordHash']?: string | undefined },
): Promise<User | undefined> {
  const [user] = await tx.rows<User>(
    `update users set name = coalesce($3, name), role = coalesce($4, role), zone = coalesce($5, zone),
       signature = coalesce($6, signature), password_hash = coalesce($7, password_hash)
     where tenant_id = $1 and id = $2 returning ${columns}`,
    [tx.tenantId, userId, change.name, change.role, change.zone, change.signature, change.passwordHash],
  );
  return user;
}

/** Fails on the constraint `users_email` when somebody logs in with the address already, here or in another workspace. */
export async function changeEmail(tx: Tx, userId: string, email: string): Promise<void> {
  await tx.run(`update users set email = $3 where tenant_id = $1 and id = $2`, [tx.tenantId, userId, email]);
}

export function isTaken(error: unknown): boolean {
  return (error as { constraint?: string }).constraint === 'users_email';
}

/** A user who has left cannot log in any more; what was theirs stays. */
export async function deactivateUser(tx: Tx, userId: string, isDeactivated: boolean): Promise<void> {
  await tx.run(
    `update users set deactivated_at = case when $3 then coalesce(deactivated_at, clock_timestamp()) end where tenant_id = $1 and id = $2`,
    [tx.tenantId, userId, isDeactivated],
  );
}

/**
 * A workspace without an owner could not be helped by anybody in it: who is to be erased is none that stays. Locks the owners, so that two
 * cannot step down at once.
 */
export async function isLastOwner(tx: Tx, userId: string): Promise<boolean> {
  const ofTenant = `from users u where tenant_id = $1 and role = 'owner' and deactivated_at is null`;
  await tx.run(`select ${ofTenant} order by id for update`, [tx.tenantId]);
  // A statement of its own, so that it sees what the locks have waited for.
  const owners = await tx.rows<{ id: string }>(
    `select id ${ofTenant} and not exists (select from erasures e where e.tenant_id = u.tenant_id and e.person_id = u.id and e.state <> 'erased')`,
    [tx.tenantId],
  );
  return owners.length === 1 && owners[0]?.id === userId;
}
