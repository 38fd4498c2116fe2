import type { Database, Tx } from './transaction.ts';

export interface Use {
  readonly userId: string;
  readonly kind: 'page' | 'feature';
  /** The pattern of a page's address or of a route: which one, never whose. */
  readonly name: string;
  readonly address: string;
  readonly browser: string;
}

/** Of a user that there still is: what was used last may have been the deletion of oneself. */
export function noteUse(tx: Tx, { userId, kind, name, address, browser }: Use): Promise<number> {
  return tx.run(
    `insert into usage_events (tenant_id, user_id, kind, name, address, browser)
     select decorum.tenant(), id, $2, $3, $4, $5 from users where id = $1`,
    [userId, kind, name, address, browser],
  );
}

export interface UseShown extends Use {
  readonly id: string;
  readonly at: Date;
  readonly userName: string;
  readonly atKey: string;
}

export interface UseFilter {
  readonly userId: string | null;
  readonly kind: Use['kind'] | null;
}

/** Newest first. `after`: instant and id of the last one of the page before. */
export function listUses(
  tx: Tx,
  { userId, kind }: UseFilter,
  page: { after: string[] | undefined; rows: number },
): Promise<UseShown[]> {
  return tx.rows<UseShown>(
    `select e.id, e.at, e.at::text as "atKey", e.user_id as "userId", u.name as "userName", e.kind, e.name, e.address, e.browser
     from usage_events e join users u on u.tenant_id = e.tenant_id and u.id = e.user_id
     where ($1::uuid is null or e.user_id = $1) and ($2::text is null or e.kind = $2)
       and ($3::timestamptz is null or (e.at, e.id) < ($3, $4::uuid))
     order by e.at desc, e.id desc limit $5`,
    [userId, kind, page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

/** What was used most, of all that is kept. */
export function tallyUses(tx: Tx, most: number): Promise<{ kind: Use['kind']; name: string; uses: number; users: number }[]> {
  return tx.rows(
    `select kind, name, count(*) as uses, count(distinct user_id) as users from usage_events group by kind, name order by uses desc, name limit $1`,
    [most],
  );
}

/** Deletes, of every workspace that no hold covers, what is older than the days that it is kept; answers how many rows, `most` at most. */
export async function sweepUses(db: Database, days: number, most: number): Promise<number> {
  const [swept] = await db.lookUp<{ rows: number }>(`select decorum.sweep_usage($1, $2) as rows`, [days, most]);
  return swept?.rows ?? 0;
}
