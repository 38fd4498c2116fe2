import type { Tx } from '../transaction.ts';

export interface BreachSettings {
  /** Two officers approve a notice. */
  fourEyes: boolean;
  /** The unapproved notice is switched off, for this reason. */
  defaultOffBecause: string | null;
  /** Messages a second that the last drill measured; null: none has. */
  perSecond: number | null;
}

export async function readSettings(tx: Tx): Promise<BreachSettings> {
  const [settings] = await tx.rows<BreachSettings>(
    `select four_eyes as "fourEyes", default_off_because as "defaultOffBecause", per_second as "perSecond" from breach_settings`,
  );
  return settings ?? { fourEyes: false, defaultOffBecause: null, perSecond: null };
}

export async function writeSettings(
  tx: Tx,
  settings: Pick<BreachSettings, 'fourEyes' | 'defaultOffBecause'>,
  byUser: string,
): Promise<BreachSettings> {
  await tx.run(
    `insert into breach_settings (tenant_id, four_eyes, default_off_because, changed_by) values (decorum.tenant(), $1, $2, $3)
     on conflict (tenant_id) do update set four_eyes = excluded.four_eyes, default_off_because = excluded.default_off_because,
       changed_by = excluded.changed_by`,
    [settings.fourEyes, settings.defaultOffBecause, byUser],
  );
  return readSettings(tx);
}

/** What a drill's notices took, as the rate that the next incident reckons with. */
export async function writePace(tx: Tx, perSecond: number, byUser: string): Promise<void> {
  await tx.run(
    `insert into breach_settings (tenant_id, per_second, changed_by) values (decorum.tenant(), $1, $2)
     on conflict (tenant_id) do update set per_second = excluded.per_second`,
    [perSecond, byUser],
  );
}
