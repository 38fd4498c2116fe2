import type { CallingSwitches } from '../../domain/callJudgment.ts';
import type { Tx } from '../transaction.ts';

export const switches = `(select coalesce(json_agg(state), '[]') from calling_exemptions) as exemptions,
  (select coalesce(json_agg(json_build_object('state', state, 'reason', reason)), '[]') from calling_bans
   where from_at <= decorum.now() and (until_at is null or until_at > decorum.now())) as bans`;

/** The switches as they stand now. */
export async function readSwitches(tx: Tx): Promise<CallingSwitches> {
  return tx.row<CallingSwitches>(`select ${switches}`);
}

export interface ShownExemption {
  state: string;
  reason: string;
  sinceAt: Date;
}

export interface ShownBan {
  state: string;
  reason: string;
  fromAt: Date;
  untilAt: Date | null;
}

export async function listSwitches(tx: Tx): Promise<{ exemptions: ShownExemption[]; bans: ShownBan[] }> {
  return {
    exemptions: await tx.rows<ShownExemption>(
      `select state, reason, since_at as "sinceAt" from calling_exemptions order by state`,
    ),
    bans: await tx.rows<ShownBan>(
      `select state, reason, from_at as "fromAt", until_at as "untilAt" from calling_bans order by state`,
    ),
  };
}

/** A reason switches the exemption on, null off. */
export async function setExemption(tx: Tx, state: string, reason: string | null, byUser: string): Promise<void> {
  await tx.run(`delete from calling_exemptions where state = $1`, [state]);
  if (reason !== null)
    await tx.run(`insert into calling_exemptions (tenant_id, state, reason, by_user) values (decorum.tenant(), $1, $2, $3)`, [
      state,
      reason,
      byUser,
    ]);
  await forgetWindows(tx, state);
}

export async function setBan(
  tx: Tx,
  state: string,
  ban: { reason: string; untilAt: string | null } | null,
  byUser: string,
): Promise<void> {
  await tx.run(`delete from calling_bans where state = $1`, [state]);
  if (ban)
    await tx.run(
      `insert into calling_bans (tenant_id, state, reason, until_at, by_user) values (decorum.tenant(), $1, $2, $3, $4)`,
      [state, ban.reason, ban.untilAt, byUser],
    );
  await forgetWindows(tx, state);
}

/** Windows that the switch decides are computed anew by the next look at the queue. */
async function forgetWindows(tx: Tx, state: string): Promise<void> {
  await tx.run(
    `update tasks set window_basis = null where kind = 'call' and state in ('open', 'not_cleared') and window_basis -> 'states' ? $1`,
    [state],
  );
}
