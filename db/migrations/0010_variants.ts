import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Which words somebody got stands on the message and is never worked out again from the split: what was sent is a fact. A test is named by
// a hash of its step and all its words, so that whoever changes a word begins a new one and no number is of two wordings.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sends
      add column variant text check (variant in ('a', 'b', 'c', 'd')), -- empty: the step had one wording
      add column variant_test text,
      add constraint sends_variant_of_test check ((variant is null) = (variant_test is null));
    create index sends_by_variant on sends (tenant_id, launch_id, variant_test, variant) where variant is not null;

    -- A look at a test happens once: the confidence of the next one counts it (domain/variantTest.ts).
    create table variant_looks (
      tenant_id uuid not null,
      launch_id uuid not null,
      test      text not null,
      measure   text not null check (measure in ('replies', 'opt_outs')),
      look      int  not null check (look > 0),
      figures   jsonb not null, -- of each variant: people, responses; which was foremost, with what confidence
      looked_at timestamptz not null default decorum.now(),
      primary key (tenant_id, launch_id, test, measure, look),
      foreign key (tenant_id, launch_id) references launches on delete cascade
    );
    -- The newest winner of a test holds; a variant that was stopped stays so.
    create table variant_decisions (
      tenant_id  uuid not null,
      id         bigint generated always as identity,
      launch_id  uuid not null,
      step_id    text not null,
      test       text not null,
      variant    text not null check (variant in ('a', 'b', 'c', 'd')),
      verdict    text not null check (verdict in ('won', 'stopped')),
      because    text not null check (because in ('replies', 'opt_outs', 'by_hand')),
      by_user    uuid,
      decided_at timestamptz not null default decorum.now(),
      primary key (tenant_id, id),
      foreign key (tenant_id, launch_id) references launches on delete cascade,
      check ((because = 'by_hand') = (by_user is not null))
    );
    create index variant_decisions_by_launch on variant_decisions (tenant_id, launch_id, id);
  `);
  for (const table of ['variant_looks', 'variant_decisions']) await wall(knex, table, 'select, insert'); // what was seen and decided stays
  const operations = 'system.operations; account; delete';
  const ids = 'user.unique_id; account; delete';
  await describe(knex, 'sends', {
    variant: 'system.operations; contact; delete',
    variant_test: 'system.operations; contact; delete',
  });
  await describe(knex, 'variant_looks', {
    tenant_id: ids,
    launch_id: ids,
    test: operations,
    measure: operations,
    look: operations,
    figures: operations,
    looked_at: operations,
  });
  await describe(knex, 'variant_decisions', {
    tenant_id: ids,
    id: operations,
    launch_id: ids,
    step_id: operations,
    test: operations,
    variant: operations,
    verdict: operations,
    because: operations,
    by_user: 'user.unique_id; user; delete',
    decided_at: operations,
  });
}
