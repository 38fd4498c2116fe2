import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table obligations (
      tenant_id   uuid not null, -- no foreign key: the proof outlives the tenant
      id          uuid not null default gen_random_uuid(),
      kind        text not null, -- domain/obligation.ts
      clause      text not null check (clause ~ '^P([1-9]|1[0-7])$'),
      citation    text not null,
      subject_kind text not null,
      subject_id  uuid not null,
      basis       jsonb not null, -- the facts that the date follows from: instants, zones, table versions; never personal data
      started_at  timestamptz not null,
      due_at      timestamptz not null,
      state       text not null default 'open' check (state in ('open', 'met', 'late', 'waived', 'void')),
      met_at      timestamptz,
      evidence    jsonb,
      workflow_id text not null,
      recorded_at timestamptz not null default clock_timestamp(),
      primary key (tenant_id, id),
      check ((state in ('met', 'late')) = (met_at is not null))
    );
    create unique index obligations_once on obligations (tenant_id, kind, subject_id);
    create index obligations_open on obligations (tenant_id, due_at, id) where state = 'open';

    -- One row a workflow, for as long as it has work. A start and a wake are the same wish; what makes a second start harmless is this key.
    create table outbox (
      tenant_id     uuid not null, -- no foreign key: a deletion's own workflow outlives its tenant
      workflow_id   text not null,
      workflow_type text not null,
      task_queue    text not null check (task_queue in ('legal', 'outreach', 'mail', 'bulk')),
      args          jsonb not null default '[]', -- ids only
      state         text not null default 'open' check (state in ('open', 'closed')),
      wanted        boolean not null default true, -- somebody changed the record; the workflow clears it before it reads
      sleeps_until  timestamptz, -- legal instant; a change that matters only later need not wake it
      delivered_at  timestamptz, -- wall clock: the last start or signal that Temporal took; empty: owed
      opened_at     timestamptz not null default clock_timestamp(),
      closed_at     timestamptz,
      primary key (tenant_id, workflow_id)
    );
    create index outbox_owed on outbox (delivered_at nulls first) where state = 'open' and wanted;
    create index outbox_open on outbox (delivered_at) where state = 'open';

    -- Which Temporal store the deliveries went to: another id means that the old one is lost and everything open is owed again.
    create table temporal_store (
      only_one     boolean primary key default true check (only_one),
      namespace_id text not null,
      seen_at      timestamptz not null default clock_timestamp()
    );
    grant select, insert, update on temporal_store to decorum_dispatcher;
  `);
  await wall(knex, 'obligations', 'select, insert, update');
  await wall(knex, 'outbox', 'select, insert, update');
  await knex.raw(`
    create policy dispatcher on outbox to decorum_dispatcher using (true);
    grant select on outbox to decorum_dispatcher;
    grant update (delivered_at) on outbox to decorum_dispatcher;
  `);
  const proof = 'keep: proof that a promise was kept; ids and instants only';
  const operations = 'system.operations; none; keep: no personal data';
  await describe(knex, 'obligations', {
    tenant_id: `user.unique_id; account; ${proof}`,
    id: operations,
    kind: operations,
    clause: operations,
    citation: operations,
    subject_kind: operations,
    subject_id: `user.unique_id; contact; ${proof}`,
    basis: operations,
    started_at: operations,
    due_at: operations,
    state: operations,
    met_at: operations,
    evidence: operations,
    workflow_id: operations,
    recorded_at: operations,
  });
  await describe(knex, 'outbox', {
    tenant_id: 'user.unique_id; account; delete',
    workflow_id: 'system.operations; account; delete',
    workflow_type: operations,
    task_queue: operations,
    args: 'user.unique_id; account; delete',
    state: operations,
    wanted: operations,
    sleeps_until: operations,
    delivered_at: operations,
    opened_at: operations,
    closed_at: operations,
  });
  await describe(knex, 'temporal_store', { only_one: operations, namespace_id: operations, seen_at: operations });
}
