import type { Tx } from './transaction.ts';

export interface SecondFactor {
  /** A vault token; null: none was begun. */
  secret: string | null;
  isConfirmed: boolean;
  /** Time step of the code that was used last. */
  lastStep: number | null;
  recoveryCodes: number;
}

export async function readSecondFactor(tx: Tx, userId: string): Promise<SecondFactor> {
  return tx.row<SecondFactor>(
    `select totp_secret as secret, totp_confirmed_at is not null as "isConfirmed", totp_last_step as "lastStep",
       (select count(*) from recovery_codes r where r.tenant_id = u.tenant_id and r.user_id = u.id) as "recoveryCodes"
     from users u where tenant_id = $1 and id = $2`,
    [tx.tenantId, userId],
  );
}

/** Begins anew with another secret, which is asked for only once it is confirmed. False when there is a confirmed one. */
export async function beginSecondFactor(tx: Tx, userId: string, secret: string): Promise<boolean> {
  const begun = await tx.run(
    `update users set totp_secret = $3, totp_last_step = null where tenant_id = $1 and id = $2 and totp_confirmed_at is null`,
    [tx.tenantId, userId, secret],
  );
  return begun > 0;
}

/** False when somebody was faster. */
export async function confirmSecondFactor(tx: Tx, userId: string, step: number): Promise<boolean> {
  const confirmed = await tx.run(
    `update users set totp_confirmed_at = clock_timestamp(), totp_last_step = $3
     where tenant_id = $1 and id = $2 and totp_secret is not null and totp_confirmed_at is null`,
    [tx.tenantId, userId, step],
  );
  return confirmed > 0;
}

/** A code is good once, also for two that send it at the same time. */
export async function useStep(tx: Tx, userId: string, step: number): Promise<boolean> {
  const used = await tx.run(
    `update users set totp_last_step = $3
     where tenant_id = $1 and id = $2 and totp_confirmed_at is not null and coalesce(totp_last_step < $3, true)`,
    [tx.tenantId, userId, step],
  );
  return used > 0;
}

export async function removeSecondFactor(tx: Tx, userId: string): Promise<void> {
  await tx.run(
    `update users set totp_secret = null, totp_confirmed_at = null, totp_last_step = null where tenant_id = $1 and id = $2`,
    [tx.tenantId, userId],
  );
  await putRecoveryCodes(tx, userId, []);
}

/** In place of those that there were. */
export async function putRecoveryCodes(tx: Tx, userId: string, hashes: readonly Buffer[]): Promise<void> {
  await tx.run(`delete from recovery_codes where tenant_id = $1 and user_id = $2`, [tx.tenantId, userId]);
  await tx.run(`insert into recovery_codes (tenant_id, user_id, code_hash) select $1, $2, unnest($3::bytea[])`, [
    tx.tenantId,
    userId,
    hashes,
  ]);
}

/** Each opens once. */
export async function useRecoveryCode(tx: Tx, userId: string, hash: Buffer): Promise<boolean> {
  const used = await tx.run(`delete from recovery_codes where tenant_id = $1 and user_id = $2 and code_hash = $3`, [
    tx.tenantId,
    userId,
    hash,
  ]);
  return used > 0;
}
