import type { Tx } from '../transaction.ts';

export interface RegulatorAddress {
  state: string;
  /** As law/breach.csv names it. */
  recipient: string;
  email: string;
  changedAt: Date;
}

/** Where regulators take notices by e-mail, as officers have found out: every incident's plan begins with them. */
export function listRegulatorAddresses(tx: Tx): Promise<RegulatorAddress[]> {
  return tx.rows<RegulatorAddress>(
    `select state, recipient, email, changed_at as "changedAt" from regulator_addresses order by state, recipient`,
  );
}

/** Null: it takes none by e-mail. Incidents whose plan is made keep what they have. */
export async function setRegulatorAddress(
  tx: Tx,
  { state, recipient }: { state: string; recipient: string },
  email: string | null,
  byUser: string,
): Promise<void> {
  if (email === null) {
    await tx.run(`delete from regulator_addresses where state = $1 and recipient = $2`, [state, recipient]);
    return;
  }
  await tx.run(
    `insert into regulator_addresses (tenant_id, state, recipient, email, changed_by) values (decorum.tenant(), $1, $2, $3, $4)
     on conflict (tenant_id, state, recipient) do update set email = excluded.email, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
    [state, recipient, email, byUser],
  );
}
