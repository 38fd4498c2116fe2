import type pg from 'pg';
import { asOwner } from './catalogue.ts';

/** As the ledger outside has it (providers/backup/ledger.ts). */
interface Line {
  tenantId: string;
  kind: 'account' | 'contact' | 'user';
  hash: Buffer;
  erasedAt: Date;
}

type Client = Pick<pg.Client, 'query'>;

/** Notes what is in the ledger, for this session: the database compares, and no process holds a million hashes. */
export async function noteLedgered(client: Client, lines: readonly Line[]): Promise<void> {
  await client.query(
    `create temporary table if not exists ledgered (tenant_id uuid, kind text, hash bytea, primary key (tenant_id, kind, hash))`,
  );
  await client.query(
    `insert into ledgered select * from jsonb_to_recordset($1::jsonb) as l(tenant_id uuid, kind text, hash bytea) on conflict do nothing`,
    [
      JSON.stringify(
        lines.map(({ tenantId, kind, hash }) => ({ tenant_id: tenantId, kind, hash: `\\x${hash.toString('hex')}` })),
      ),
    ],
  );
}

/** Tombstones of every workspace that were not noted. */
export async function missedTombstones(client: Client, limit: number): Promise<Line[]> {
  const { rows } = await client.query<Line>(
    `select tenant_id as "tenantId", kind, hash, erased_at as "erasedAt" from tombstones t
     where not exists (select from ledgered l where l.tenant_id = t.tenant_id and l.kind = t.kind and l.hash = t.hash)
     order by erased_at limit $1`,
    [limit],
  );
  return rows;
}

/** Changes with every tombstone. */
export async function tombstonesMark(ownerUrl: string): Promise<string> {
  return asOwner(ownerUrl, async (client) => {
    const { rows } = await client.query<{ mark: string }>(
      `select concat_ws(' ', count(*), max(erased_at)) as mark from tombstones`,
    );
    return rows[0]?.mark ?? '';
  });
}
