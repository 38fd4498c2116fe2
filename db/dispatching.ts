import pg from 'pg';

/** An open row of the outbox, as Temporal needs it. */
export interface Owed {
  tenantId: string;
  workflowId: string;
  workflowType: string;
  taskQueue: string;
  args: (string | number)[];
}

export interface DispatcherDatabase {
  /** Wishes not yet delivered, marked as delivered now; one that its workflow has not answered by a look for a minute is owed again. */
  takeOwed(limit: number): Promise<Owed[]>;
  giveBack(owed: readonly Owed[]): Promise<void>;
  /** Open rows that Temporal has not heard of for `seconds`, marked as confirmed now. */
  takeUnconfirmed(seconds: number, limit: number): Promise<Owed[]>;
  /** Marks every open row as owed; answers how many there are. */
  oweEverything(): Promise<number>;
  /** Notes Temporal's store. True when the deliveries so far went to another one, which is lost: everything open is owed again. */
  noteStore(namespaceId: string): Promise<boolean>;
  /** Lets go of what was left behind: unfinished uploads, answers to old requests (migration 0013). Answers how many. */
  letGo(): Promise<number>;
  close(): Promise<void>;
}

const columns = `tenant_id as "tenantId", workflow_id as "workflowId", workflow_type as "workflowType", task_queue as "taskQueue", args`;

/** The dispatcher sees the outbox of all tenants and nothing else, and cleans up behind all: it has a role of its own (migration 0007). */
export function openDispatcherDatabase(url: string, onError?: (error: Error) => void): DispatcherDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    application_name: 'decorum dispatcher',
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', (error) => onError?.(error));
  const take = async (where: string, order: string, values: unknown[]): Promise<Owed[]> =>
    (
      await pool.query<Owed>(
        `update outbox o set delivered_at = clock_timestamp() from (
           select tenant_id, workflow_id from outbox where state = 'open' and ${where} order by ${order} limit $1 for no key update skip locked) as taken
         where o.tenant_id = taken.tenant_id and o.workflow_id = taken.workflow_id
         returning ${columns.replaceAll(/\b(tenant_id|workflow_id|workflow_type|task_queue|args)\b/g, 'o.$1')}`,
        values,
      )
    ).rows;
  const oweEverything = async () =>
    (
      await pool.query(
        `update outbox o set delivered_at = null from (
           select tenant_id, workflow_id from outbox where state = 'open' order by tenant_id, workflow_id for update) as open -- as everybody locks
         where o.tenant_id = open.tenant_id and o.workflow_id = open.workflow_id`,
      )
    ).rowCount ?? 0;

  return {
    takeOwed: (limit) =>
      take(
        `(wanted and (delivered_at is null or delivered_at < clock_timestamp() - interval '1 minute') or delivered_at is null)`,
        'delivered_at nulls first',
        [limit],
      ),
    async giveBack(owed) {
      await pool.query(
        `update outbox o set delivered_at = null from jsonb_to_recordset($1::jsonb) as w("tenantId" uuid, "workflowId" text)
         where o.tenant_id = w."tenantId" and o.workflow_id = w."workflowId"`,
        [JSON.stringify(owed)],
      );
    },
    takeUnconfirmed: (seconds, limit) =>
      take(`delivered_at < clock_timestamp() - make_interval(secs => $2)`, 'delivered_at', [limit, seconds]),
    oweEverything,
    async noteStore(namespaceId) {
      const { rows } = await pool.query<{ namespaceId: string }>(`select namespace_id as "namespaceId" from temporal_store`);
      if (rows[0]?.namespaceId === namespaceId) return false;
      // Owed first, noted second: a crash in between owes it once more, which costs nothing.
      await oweEverything();
      await pool.query(
        `insert into temporal_store (namespace_id) values ($1)
         on conflict (only_one) do update set namespace_id = excluded.namespace_id, seen_at = clock_timestamp()`,
        [namespaceId],
      );
      return rows.length > 0;
    },
    letGo: async () => (await pool.query<{ gone: number }>(`select decorum.let_go() as gone`)).rows[0]?.gone ?? 0,
    close: () => pool.end(),
  };
}
