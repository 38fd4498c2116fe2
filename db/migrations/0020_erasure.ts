import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why one table of tombstones for all kinds: an import, a sequence, and the replay after a restore ask the same question of a hash.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table tombstones (
      tenant_id uuid  not null, -- no foreign key: the erasure outlives the tenant
      kind      text  not null check (kind in ('account', 'contact', 'user')),
      hash      bytea not null check (octet_length(hash) = 32), -- keyed: of the canonical address, the number, or the account's id
      erased_at timestamptz not null default decorum.now(),
      primary key (tenant_id, kind, hash)
    );
    alter table erased_people no force row level security; -- the owner copies those of every tenant
    insert into tombstones (tenant_id, kind, hash, erased_at) select tenant_id, 'contact', address_hash, erased_at from erased_people;
    drop table erased_people;

    -- How far a purge came: the next batch goes on behind this key, in whatever process.
    create table erasure_progress (
      tenant_id uuid    not null,
      name      text    not null, -- of the table
      after     text[],
      rows      bigint  not null default 0,
      is_done   boolean not null default false,
      primary key (tenant_id, name)
    );

    grant delete on outbox to decorum_app; -- a purge ends the account's work, and a wish names the person that it is about

    -- The proof of a breach outlives the account's lists.
    alter table breach_scopes drop constraint breach_scopes_tenant_id_list_id_fkey;
  `);
  await wall(knex, 'tombstones', 'select, insert, update');
  await wall(knex, 'erasure_progress', 'select, insert, update');
  await describe(knex, 'tombstones', {
    tenant_id: 'user.unique_id; account; keep: the erasure outlives the account',
    kind: 'system.operations; none; keep: no personal data',
    hash: 'user.unique_id.pseudonymous; contact; keep: an erased person must not come back by an import or a restore',
    erased_at: 'system.operations; contact; keep: evidence of the erasure',
  });
  const progress = 'system.operations; none; keep: says how far an erasure came; emptied at its end';
  await describe(knex, 'erasure_progress', {
    tenant_id: 'user.unique_id; account; keep: the erasure outlives the account',
    name: progress,
    after: progress,
    rows: progress,
    is_done: progress,
  });
}
