import { createHash, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** What a query inside a tenant's transaction can do. */
export interface Tx {
  readonly tenantId: string;
  rows<Row>(sql: Sql, values?: unknown[]): Promise<Row[]>;
  /** The one row that the statement answers; throws when it answers none. */
  row<Row>(sql: Sql, values?: unknown[]): Promise<Row>;
  /** Number of rows that the statement touched. */
  run(sql: Sql, values?: unknown[]): Promise<number>;
}

export type Sql = string | Prepared;

/** A statement that each connection parses and plans once. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/**
 * For what runs many times a second: planning it costs as much as running it. The plan is kept while the tables grow, so the statement
 * must leave the planner no choice (few.ts).
 */
export function prepared(text: string): Prepared {
  return { name: createHash('sha256').update(text).digest('base64url').slice(0, 22), text };
}

/** The legal instant for a tenant that is not real; a test's virtual clock. Undefined: the tenant's own clock in the database. */
export type Clock = () => Promise<Date> | Date;

export interface Database {
  /**
   * Runs `work` in one transaction behind the tenant's wall, at one legal instant (`decorum.now()`).
   * Repeats it, wholly, when PostgreSQL chose it as the victim of a deadlock or a serialization failure: `work` must not act on the world.
   * `mayBeLost`: does not wait for the disk. After a crash of PostgreSQL it may be as if it had never been, unless something that did wait
   * came after it: the log is written in order.
   */
  inTenant<T>(tenantId: string, work: (tx: Tx) => Promise<T>, options?: { mayBeLost: true }): Promise<T>;
  /** One statement outside any tenant: the few security-definer look-ups. */
  lookUp<Row>(sql: string, values: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const retried = new Set(['40P01', '40001']);
const tries = 6;

// Instants come as Date, bigint counts as numbers: none of ours passes 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
// A calendar date has no zone: leave it text.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/** Opens a pool for one of the product's roles. `clock` is refused by the database for a real tenant. */
export function openDatabase(options: { url: string; max?: number; clock?: Clock; onError?: (error: Error) => void }): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: 'decorum',
    connectionTimeoutMillis: 10_000,
  });
  // An idle connection that breaks is replaced by the pool; without a listener Node would end the process.
  pool.on('error', (error) => options.onError?.(error));

  async function attempt<T>(tenantId: string, work: (tx: Tx) => Promise<T>, mayBeLost: boolean): Promise<T> {
    const at = options.clock ? `, '${(await options.clock()).toISOString()}'` : '';
    const client = await pool.connect();
    let broken: Error | undefined;
    // The pool listens to idle connections only: one that breaks between two statements of a transaction would end the process.
    const lose = (error: Error): void => void (broken = error);
    client.on('error', lose);
    try {
      // One round trip: both values are checked, so neither can carry SQL.
      await client.query(
        `begin; ${mayBeLost ? 'set local synchronous_commit = off; ' : ''}select decorum.enter('${tenantId}'${at})`,
      );
      const query = (sql: Sql, values: unknown[]) =>
        typeof sql === 'string' ? client.query(sql, values) : client.query({ ...sql, values });
      const tx: Tx = {
        tenantId,
        rows: async <Row>(sql: Sql, values: unknown[] = []) => (await query(sql, values)).rows as Row[],
        row: async <Row>(sql: Sql, values: unknown[] = []) => {
          const [first] = (await query(sql, values)).rows as Row[];
          if (first === undefined) throw new Error('A statement that must answer a row answered none.');
          return first;
        },
        run: async (sql, values = []) => (await query(sql, values)).rowCount ?? 0,
      };
      const result = await work(tx);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(lose); // the connection is gone, and the transaction with it
      throw error;
    } finally {
      client.off('error', lose);
      client.release(broken);
    }
  }

  return {
    async inTenant(tenantId, work, options) {
      if (!uuid.test(tenantId)) throw new TypeError('A tenant id is a uuid.');
      for (let attempts = 1; ; attempts += 1) {
        try {
          return await attempt(tenantId, work, options?.mayBeLost === true);
        } catch (error) {
          const code = (error as { code?: string }).code ?? '';
          if (!retried.has(code) || attempts === tries) throw error;
          await sleep(randomInt(5, 20 * attempts));
        }
      }
    },
    lookUp: async <Row>(sql: string, values: unknown[]) => (await pool.query(sql, values)).rows as Row[],
    close: () => pool.end(),
  };
}
