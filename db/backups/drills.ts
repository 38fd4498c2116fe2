import type pg from 'pg';
import type { Ask } from './catalogue.ts';

export interface RestoreDrill {
  id: string;
  /** Null: there was none to restore. */
  backupId: string | null;
  state: 'running' | 'passed' | 'failed';
  startedAt: Date;
  endedAt: Date | null;
  tables: number | null;
  rows: number | null;
  /** Of people and accounts, replayed. */
  erasures: number | null;
  problem: string | null;
}

const columns = `id, backup_id as "backupId", state, started_at as "startedAt", ended_at as "endedAt", tables, rows, erasures, problem`;

/** Newest first. */
export const listDrills = (tx: Ask, limit: number): Promise<RestoreDrill[]> =>
  tx.rows<RestoreDrill>(`select ${columns} from restore_drills order by started_at desc, id limit $1`, [limit]);

type Client = Pick<pg.Client, 'query'>;

export async function newestGood(client: Client): Promise<{ id: string; name: string } | undefined> {
  const { rows } = await client.query<{ id: string; name: string }>(
    `select id, name from backups where state = 'good' order by taken_at desc limit 1`,
  );
  return rows[0];
}

/** One that still runs by the record died with its process: it is said to have failed. */
export async function beginDrill(
  client: Client,
  { id, backupId, startedAt }: Pick<RestoreDrill, 'id' | 'backupId' | 'startedAt'>,
): Promise<void> {
  await client.query(
    `update restore_drills set state = 'failed', ended_at = $1, problem = 'The process that ran it ended.' where state = 'running'`,
    [startedAt],
  );
  await client.query(`insert into restore_drills (id, backup_id, started_at) values ($1, $2, $3)`, [id, backupId, startedAt]);
}

export async function endDrill(client: Client, drill: Omit<RestoreDrill, 'backupId' | 'startedAt'>): Promise<void> {
  await client.query(
    `update restore_drills set state = $2, ended_at = $3, tables = $4, rows = $5, erasures = $6, problem = $7 where id = $1`,
    [drill.id, drill.state, drill.endedAt, drill.tables, drill.rows, drill.erasures, drill.problem],
  );
}
