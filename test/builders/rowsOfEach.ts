import type pg from 'pg';

interface Column {
  table: string;
  name: string;
  type: string;
  check: string | null;
}

/** What a check asks for besides a value of the type. */
const exact: Readonly<Record<string, string>> = {
  'enrolments.state': `'finished'`,
  'mailboxes.state': `'ready'`,
  'exports.expires_at': 'null',
  'rehearsals.ended_at': 'null',
};

/**
 * Makes `rows` rows in every table of a tenant, from the catalogue, as the owner and without the checks between tables: what erases them is
 * asked about each, also about a table of a later release. Every text says `word`.
 */
export async function plantRows(
  owner: pg.Pool,
  tenantId: string,
  { rows, word }: { rows: number; word: string },
): Promise<string[]> {
  const { rows: columns } = await owner.query<Column>(`
    select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type,
      (select pg_get_constraintdef(k.oid) from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1) as check
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id') order by 1, a.attnum`);
  const planted: string[] = [];
  const client = await owner.connect();
  try {
    await client.query(`begin; set local session_replication_role = replica; select decorum.enter('${tenantId}')`);
    for (const table of new Set(columns.map((column) => column.table))) {
      // The checks of a table among its columns are many: they are another test's, and here the rows come back into no use.
      const { rows: checks } = await client.query<{ name: string }>(
        `select conname as name from pg_constraint where conrelid = $1::regclass and contype = 'c'`,
        [table],
      );
      for (const { name } of checks) await client.query(`alter table ${table} drop constraint ${name}`);
      const own = columns.filter((column) => column.table === table);
      await client.query(
        `insert into ${table} (${own.map(({ name }) => name).join(', ')})
         select ${own.map((column) => valueOf(column, tenantId, word)).join(', ')} from generate_series(1, ${rows}) as n on conflict do nothing`,
      );
      planted.push(table);
    }
    await client.query('commit');
  } finally {
    client.release(true); // its session had the owner's liberties
  }
  return planted;
}

function valueOf({ table, name, type, check }: Column, tenantId: string, word: string): string {
  if (name === 'tenant_id') return `'${tenantId}'::uuid`;
  const given = exact[`${table}.${name}`];
  if (given) return given;
  const allowed = check && /'([^']+)'::text/.exec(check)?.[1];
  if (type === 'text') return allowed ? `'${allowed}'` : `'${word} ' || n`;
  const bytes = check && /octet_length\(\w+\) = (\d+)/.exec(check)?.[1];
  if (type === 'bytea')
    return bytes ? `decode(lpad(to_hex(n), ${Number(bytes) * 2}, '0'), 'hex')` : `convert_to('${word} ' || n, 'UTF8')`;
  const byType: Record<string, string> = {
    uuid: `lpad(to_hex(n), 32, '0')::uuid`,
    'timestamp with time zone': 'clock_timestamp()',
    date: `'2026-01-01'::date + n`,
    jsonb: `jsonb_build_object('said', '${word}')`,
    integer: 'n',
    bigint: 'n',
    smallint: 'n',
    boolean: 'false',
    numeric: '1',
    'text[]': `array['${word}']`,
    'uuid[]': `'{}'`,
  };
  return byType[type] ?? 'null';
}
