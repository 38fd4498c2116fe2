import { openObligation } from '../obligation.ts';
import type { Tx } from '../transaction.ts';

export interface AgeingRegistry {
  list: string;
  edition: string;
  dataOn: string;
  areaCodes: number[];
  staleAt: Date;
}

/**
 * Opens the obligation to renew for every edition in force whose data is stale within a week; answers those of which nobody has been told.
 * It closes when nothing refers to the edition any more.
 */
export async function ageingRegistries(tx: Tx, staleAtOf: (dataOn: string) => Date): Promise<AgeingRegistry[]> {
  const rows = await tx.rows<Omit<AgeingRegistry, 'staleAt'> & { isTold: boolean }>(
    `select list, edition, data_on as "dataOn", json_agg(area_code order by area_code) as "areaCodes", bool_and(warned_at is not null) as "isTold"
     from call_registries where data_on <= (decorum.now() at time zone 'UTC')::date - 24 group by list, edition, data_on order by data_on, list, edition`,
  );
  const untold: AgeingRegistry[] = [];
  for (const { isTold, ...row } of rows) {
    const staleAt = staleAtOf(row.dataOn);
    await openObligation(tx, {
      kind: 'registry.fresh',
      subjectKind: 'call_registry',
      subjectId: row.edition,
      basis: { list: row.list, dataOn: row.dataOn, areaCodes: row.areaCodes },
      startedAt: new Date(`${row.dataOn}T00:00:00Z`),
      dueAt: staleAt,
      workflowId: 'dnc-watch',
    });
    if (!isTold) untold.push({ ...row, staleAt });
  }
  return untold;
}

export async function markWarned(tx: Tx, edition: string): Promise<void> {
  await tx.run(`update call_registries set warned_at = decorum.now() where edition = $1`, [edition]);
}
