import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why the hashes stand here: the ledger outside the database wants them when nothing is left that they could be made from.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table erasures (
      tenant_id  uuid not null references tenants,
      id         uuid not null default gen_random_uuid(),
      kind       text not null check (kind in ('contact', 'user')),
      person_id  uuid not null, -- no foreign key: that somebody was erased outlives them
      because    text not null check (because in ('asked', 'child', 'by_hand')),
      state      text not null default 'asked' check (state in ('asked', 'held', 'erasing', 'erased')),
      asked_by   uuid not null,
      asked_at   timestamptz not null default decorum.now(),
      due_at     timestamptz not null,
      hashes     text[] not null default '{}', -- keyed, in hex
      rows       bigint not null default 0,
      erased_at  timestamptz,
      primary key (tenant_id, id),
      check ((state = 'erased') = (erased_at is not null))
    );
    create unique index erasures_open on erasures (tenant_id, person_id) where state <> 'erased';
    -- Counts that outlive the account: none of fewer than ten people, nor one that tells such a count by subtraction.
    create table aggregates (
      tenant_id  uuid   not null,
      measure    text   not null,
      cell       text   not null, -- empty: all of the measure
      people     bigint not null check (people >= 10),
      counted_at timestamptz not null default decorum.now(),
      primary key (tenant_id, measure, cell)
    );
    create index erasures_newest on erasures (tenant_id, asked_at, id);
  `);
  await wall(knex, 'erasures', 'select, insert, update');
  await wall(knex, 'aggregates', 'select, insert, delete');
  const counts = 'system.operations; none; keep: counts of at least ten people';
  await describe(knex, 'aggregates', {
    tenant_id: 'user.unique_id; account; keep: counts of at least ten people',
    measure: counts,
    cell: counts,
    people: counts,
    counted_at: counts,
  });
  const proof = 'keep: proof that a person was erased; ids, counts and instants only';
  const operations = `system.operations; none; ${proof}`;
  await describe(knex, 'erasures', {
    tenant_id: `user.unique_id; account; ${proof}`,
    id: operations,
    kind: operations,
    person_id: `user.unique_id; contact; ${proof}`,
    because: operations,
    state: operations,
    asked_by: `user.unique_id; user; ${proof}`,
    asked_at: operations,
    due_at: operations,
    hashes: 'user.unique_id.pseudonymous; contact; keep: an erased person must not come back by a restore',
    rows: operations,
    erased_at: operations,
  });
}
