import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { roles } from '../../db/roles.ts';
import { newWorkspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

interface Column {
  table: string;
  name: string;
  type: string;
  isRequired: boolean;
  check: string | null;
}

/** Every table behind a tenant's wall, found from the catalogue, by the column that names the tenant. */
async function walled(): Promise<{ table: string; key: string }[]> {
  const { rows } = await world.owner.query<{ table: string; key: string }>(`
    select c.relname as table, a.attname as key from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and (a.attname = 'tenant_id' or (c.relname = 'tenants' and a.attname = 'id')) order by 1`);
  return rows;
}

test('every table with a tenant has forced row-level security', async () => {
  const { rows } = await world.owner.query<{ table: string; isWalled: boolean }>(`
    select relname as table, relrowsecurity and relforcerowsecurity as "isWalled" from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`);
  const isWalled = new Map(rows.map((row) => [row.table, row.isWalled]));
  const tables = await walled();
  expect(tables.length).toBeGreaterThan(25);
  expect(tables.filter(({ table }) => !isWalled.get(table))).toEqual([]);
});

test('every table of ours has a tenant but those of the installation: its backups, store, limits and migrations', async () => {
  const { rows } = await world.owner.query<{ table: string }>(`
    select tablename as table from pg_tables where schemaname = 'public' order by 1`);
  const tables = new Set((await walled()).map(({ table }) => table));
  expect(rows.map(({ table }) => table).filter((table) => !tables.has(table))).toEqual([
    'auditor_checks', // of all tenants together: how many findings stand, and when it was looked
    'backups', // of all workspaces at once; nothing in these three is a person's
    'database_open',
    'rate_limits', // keyed hashes only, reached by two functions: before a log-in no tenant is known
    'restore_drills',
    'schema_migrations',
    'schema_migrations_lock',
    'temporal_store',
  ]);
});

test("the product's roles own nothing and pass no wall", async () => {
  const { rows } = await world.owner.query(
    `
    select rolname as role, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as "isMighty",
      exists (select from pg_class c where c.relowner = r.oid) or exists (select from pg_proc p where p.proowner = r.oid) as "ownsSomething",
      exists (select from pg_auth_members m where m.member = r.oid) as "isMember"
    from pg_roles r where rolname = any($1) order by 1`,
    [roles],
  );
  expect(rows).toEqual([
    { role: 'decorum_app', isMighty: false, ownsSomething: false, isMember: false },
    { role: 'decorum_auditor', isMighty: false, ownsSomething: false, isMember: false },
    { role: 'decorum_billing', isMighty: false, ownsSomething: false, isMember: false },
    { role: 'decorum_dispatcher', isMighty: false, ownsSomething: false, isMember: false },
    { role: 'decorum_watcher', isMighty: false, ownsSomething: false, isMember: false },
  ]);
});

test('foreign keys between tables of a tenant include the tenant', async () => {
  const { rows } = await world.owner.query<{ key: string; columns: string[]; target: string[] }>(`
    select c.conrelid::regclass || '.' || c.conname as key,
      array(select a.attname::text from unnest(c.conkey) with ordinality k(n, o) join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.n order by o) as columns,
      array(select a.attname::text from unnest(c.confkey) with ordinality k(n, o) join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.n order by o) as target
    from pg_constraint c where c.contype = 'f' and c.connamespace = 'public'::regnamespace`);
  expect(rows.length).toBeGreaterThan(25);
  const pairs = rows.map(({ key, columns, target }) => ({ key, with: target[columns.indexOf('tenant_id')] ?? null }));
  expect(pairs.filter((pair) => pair.with !== 'tenant_id' && pair.with !== 'id')).toEqual([]);
});

describe('a row of every table', () => {
  let mine: string;
  const other = randomUUID();
  beforeAll(async () => {
    const workspace = await newWorkspace(world);
    mine = workspace.tenantId;
    await plantOneOfEach(mine);
  });

  /** One row of each table, made from the catalogue: a value by the column's type, or the first one that its check allows. */
  async function plantOneOfEach(tenantId: string): Promise<void> {
    const { rows } = await world.owner.query<Column>(`
      select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type, a.attnotnull and not a.atthasdef and a.attidentity = '' as "isRequired",
        (select pg_get_constraintdef(k.oid) from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1) as check
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1, a.attnum`);
    const client = await world.owner.connect();
    try {
      // As the owner, without the checks between tables: only the walls are the question here.
      await client.query(`begin; set local session_replication_role = replica; select decorum.enter('${tenantId}')`);
      for (const { table, key } of await walled()) {
        if (table === 'tenants') continue;
        const columns = rows.filter((column) => column.table === table && (column.isRequired || wants(column)));
        const values = columns.map((column) => (column.name === key ? `'${tenantId}'::uuid` : valueOf(column)));
        await client.query(
          `insert into ${table} (${columns.map(({ name }) => name).join(', ')}) values (${values.join(', ')}) on conflict do nothing`,
        );
      }
      await client.query('commit');
    } finally {
      client.release(true); // its session had the owner's liberties
    }
  }

  /** What a check asks for besides: a contact has an address or a number, whoever waits a date, a rep's mailbox a cap. */
  const asked = new Set(['contacts.phone', 'enrolments.next_at', 'mailboxes.cap', 'mailboxes.ramp_start']);
  const wants = ({ table, name }: Column) => asked.has(`${table}.${name}`);
  function valueOf({ table, name, type, check }: Column): string {
    const first = check && /'([^']+)'::text/.exec(check)?.[1];
    if (name === 'clause') return `'P11'`;
    if (table === 'aggregates' && name === 'people') return '10';
    if (type === 'text') return `'${first ?? 'words'}'`;
    const bytes = check && /octet_length\(\w+\) = (\d+)/.exec(check)?.[1];
    const byType: Record<string, string> = {
      uuid: 'gen_random_uuid()',
      bytea: `decode(repeat('ab', ${bytes ?? '8'}), 'hex')`,
      'timestamp with time zone': 'clock_timestamp()',
      date: `'2026-11-24'`,
      jsonb: `'{}'`,
      integer: '1',
      bigint: '1',
      smallint: '1',
      boolean: 'true',
      'uuid[]': `'{}'`,
    };
    return byType[type] ?? `null`;
  }

  test('is there, for its own tenant', async () => {
    const empty: string[] = [];
    for (const { table } of await walled()) {
      const [row] = await world.onOwnClock.inTenant(mine, (tx) => tx.rows<{ n: number }>(`select count(*) as n from ${table}`));
      if (!row || row.n === 0) empty.push(table);
    }
    expect(empty).toEqual([]);
  });

  test('is not read without a tenant: the query is an error', async () => {
    const client = new pg.Client({ connectionString: world.database.appUrl });
    await client.connect();
    const answered: string[] = [];
    for (const { table } of await walled()) {
      await client.query(`select from ${table}`).then(
        () => answered.push(table),
        (error: Error) => expect(error.message).toMatch(/decorum\.tenant/),
      );
    }
    // Nor after a transaction that had one.
    await client.query(`begin; select decorum.enter('${mine}'); commit`);
    for (const { table } of await walled()) {
      await client.query(`select from ${table}`).then(
        () => answered.push(table),
        (error: Error) => expect(error.message).toMatch(/invalid input syntax for type uuid/),
      );
    }
    await client.end();
    expect(answered).toEqual([]);
  });

  test('is neither seen, changed nor deleted by another tenant, whatever the statement may', async () => {
    const leaks: string[] = [];
    for (const { table, key } of await walled()) {
      for (const statement of [
        `select 1 from ${table}`,
        `select 1 from ${table} where ${key} = '${mine}'`,
        `update ${table} set ${key} = ${key} where ${key} = '${mine}'`,
        `delete from ${table} where ${key} = '${mine}'`,
      ]) {
        const touched = await attempt(other, statement);
        if (touched !== 0 && touched !== 'permission denied') leaks.push(`${statement}: ${touched}`);
      }
    }
    expect(leaks).toEqual([]);
  });

  test('is not made for another tenant, nor handed to one', async () => {
    const made: string[] = [];
    for (const { table, key } of await walled()) {
      // The row copied by the owner's rights would be the same; what differs is only whose it says it is.
      const copy = await attempt(mine, `update ${table} set ${key} = '${other}'`);
      if (copy !== 'row-level security' && copy !== 'permission denied' && copy !== 0) made.push(`${table} handed over: ${copy}`);
      if (copy === 0) made.push(`${table}: there was nothing to hand over`);
      const insert = await attempt(other, `insert into ${table} (${key}) values ('${mine}')`);
      if (insert !== 'row-level security' && insert !== 'permission denied') made.push(`${table} inserted: ${insert}`);
    }
    expect(made).toEqual([]);
  });

  /** Rows touched by the statement as the application in the tenant, or why it was refused; never committed. */
  async function attempt(tenantId: string, statement: string): Promise<number | string> {
    const undone = new Error('undone');
    let touched = 0;
    try {
      await world.onOwnClock.inTenant(tenantId, async (tx) => {
        touched = await tx.run(statement);
        throw undone;
      });
    } catch (error) {
      if (error === undone) return touched;
      const { message } = error as Error;
      return ['row-level security', 'permission denied'].find((words) => message.includes(words)) ?? message;
    }
    return touched;
  }
});

test('the dispatcher sees the outbox of every tenant, may mark deliveries only, and sees nothing else', async () => {
  const client = new pg.Client({ connectionString: world.database.dispatcherUrl });
  await client.connect();
  const may: string[] = [];
  for (const { table } of [...(await walled()), { table: 'temporal_store' }]) {
    await client.query(`select from ${table}`).then(
      () => may.push(table),
      () => undefined, // no right to it, or no tenant: nothing is seen
    );
  }
  expect(may).toEqual(['outbox', 'temporal_store']);
  const { rows: rights } = await world.owner.query<{ table: string }>(`
    select tablename as table from pg_tables where schemaname = 'public'
      and has_any_column_privilege('decorum_dispatcher', tablename::regclass, 'select, insert, update') order by 1`);
  expect(rights.map(({ table }) => table)).toEqual(['outbox', 'temporal_store']);
  await client.query(`update outbox set delivered_at = null`);
  await expect(client.query(`update outbox set state = 'closed'`)).rejects.toThrow(/permission denied/);
  await expect(client.query(`delete from outbox`)).rejects.toThrow(/permission denied/);
  await client.end();
});
