import pg from 'pg';
import type { Tx } from '../transaction.ts';

/** A backup as the catalogue knows it. */
export interface Entry {
  id: string;
  /** Of its objects in the store. */
  name: string;
  state: 'taking' | 'good' | 'unreadable' | 'missing' | 'failed' | 'destroyed';
  takenAt: Date;
  expiresAt: Date;
  format: 'pg_dump' | 'copy';
  migration: string;
  bytes: number | null;
  tables: number | null;
  rows: number | null;
  ledgerSeq: number;
  /** Last read back, whole. */
  verifiedAt: Date | null;
  destroyedAt: Date | null;
  problem: string | null;
}

const columns = `id, name, state, taken_at as "takenAt", expires_at as "expiresAt", format, migration, bytes, tables, rows,
  ledger_seq as "ledgerSeq", verified_at as "verifiedAt", destroyed_at as "destroyedAt", problem`;

/** Asks as anybody who may read the catalogue: it has no tenant. */
export type Ask = Pick<Tx, 'rows'>;

/** A backup from which somebody could still be restored. */
export interface Holding {
  id: string;
  takenAt: Date;
  expiresAt: Date;
}

/**
 * The backups in the catalogue that could restore what was erased at that instant: taken before it, and not destroyed. A quarter of an
 * hour more, for an erasure that had begun and was not committed when the backup looked.
 */
export function backupsHolding(tx: Ask, { erasedAt }: { erasedAt: Date }): Promise<Holding[]> {
  return tx.rows<Holding>(
    `select id, taken_at as "takenAt", expires_at as "expiresAt" from backups
     where destroyed_at is null and taken_at <= $1::timestamptz + interval '15 minutes' order by taken_at`,
    [erasedAt],
  );
}

/** Newest first; those that are destroyed, too, for as long as the page goes back. */
export const listBackups = (tx: Ask, limit: number): Promise<Entry[]> =>
  tx.rows<Entry>(`select ${columns} from backups order by taken_at desc, id limit $1`, [limit]);

/** Writes the catalogue, as the owner of the tables; one process at a time, so that nobody destroys what another one is making. */
export interface Catalogue extends Ask {
  /** Of which something may lie in the store, oldest first. */
  kept(): Promise<Entry[]>;
  /** Adds it, or says anew what is known of it. */
  put(entry: Entry): Promise<void>;
}

export async function withCatalogue<T>(ownerUrl: string, work: (catalogue: Catalogue) => Promise<T>): Promise<T> {
  return asOwner(ownerUrl, async (client) => {
    await client.query(`select pg_advisory_lock(hashtextextended('decorum backups', 0))`); // until the session ends
    const rows = async <Row>(sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows as Row[];
    return work({
      rows,
      kept: () => rows<Entry>(`select ${columns} from backups where destroyed_at is null order by taken_at, id`),
      async put(entry) {
        await client.query(
          `insert into backups (id, name, state, taken_at, expires_at, format, migration, bytes, tables, rows, ledger_seq, verified_at, destroyed_at, problem)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           on conflict (id) do update set state = excluded.state, format = excluded.format, migration = excluded.migration, bytes = excluded.bytes,
             tables = excluded.tables, rows = excluded.rows, ledger_seq = excluded.ledger_seq, verified_at = excluded.verified_at,
             destroyed_at = excluded.destroyed_at, problem = excluded.problem`,
          [
            entry.id,
            entry.name,
            entry.state,
            entry.takenAt,
            entry.expiresAt,
            entry.format,
            entry.migration,
            entry.bytes,
            entry.tables,
            entry.rows,
            entry.ledgerSeq,
            entry.verifiedAt,
            entry.destroyedAt,
            entry.problem,
          ],
        );
      },
    });
  });
}

export async function asOwner<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'decorum backup' });
  let lost: Error | undefined;
  client.on('error', (error) => void (lost = error)); // between two statements it would end the process
  await client.connect();
  try {
    return await work(client);
  } catch (error) {
    throw lost ?? error;
  } finally {
    await client.end();
  }
}
