import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why a row a load: a download of gigabytes outlives the request that brought it, and whatever runs its load. The row says how far it is.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table registry_loads (
      tenant_id  uuid not null references tenants,
      id         uuid not null default gen_random_uuid(),
      list       text not null check (list = 'federal' or list ~ '^[A-Z]{2}$'),
      kind       text not null check (kind in ('full', 'changes')),
      data_on    date not null, -- of the registry's data
      account    text not null, -- subscription account number
      area_code  smallint check (area_code between 200 and 999), -- of a file whose lines have seven digits
      form       text not null check (form in ('lines', 'zip')),
      origin     text not null check (origin in ('upload', 'folder')),
      file_name  text not null,
      file_stamp text, -- of a file in the operator's folder: name, size and time of change, so that it is taken once
      state      text not null default 'uploading' check (state in ('uploading', 'running', 'in_force', 'refused')),
      reason     text, -- why it was refused
      run        uuid, -- who works at it: a run that was given up for dead must not write beside its successor
      edition    uuid not null default gen_random_uuid(), -- under which its blocks are written
      bases      jsonb not null default '{}', -- of changes: the edition that each area code goes on from
      area_codes jsonb not null default '[]', -- met so far
      lines_done bigint not null default 0, -- lines whose numbers are in the edition: after a crash it goes on behind them
      numbers    bigint, -- in force by it
      created_at timestamptz not null default decorum.now(),
      ended_at   timestamptz,
      by_user    uuid,
      primary key (tenant_id, id),
      unique (tenant_id, file_stamp)
    );
    create index registry_loads_open on registry_loads (tenant_id, created_at) where state in ('uploading', 'running');
    create table registry_load_chunks (
      tenant_id uuid  not null,
      load_id   uuid  not null,
      n         int   not null,
      bytes     bytea not null,
      primary key (tenant_id, load_id, n),
      foreign key (tenant_id, load_id) references registry_loads on delete cascade
    );
    alter table registry_load_chunks alter column bytes set storage external; -- what is zipped does not get smaller

    alter table call_registries add column warned_at timestamptz; -- when the officers were told that the data will soon be stale

    -- Which workspaces the look round the registries has something to do for. Ids only.
    create policy registry_watch on call_registries for select to current_user using (true);
    create policy registry_watch on registry_loads for select to current_user using (true);
    create function decorum.registry_tenants() returns table (tenant_id uuid)
      language sql stable security definer set search_path = public, pg_temp as $$
      select r.tenant_id from call_registries r union select l.tenant_id from registry_loads l where l.state = 'uploading' $$;
    revoke execute on function decorum.registry_tenants() from public;
    grant execute on function decorum.registry_tenants() to decorum_app;
  `);
  await wall(knex, 'registry_loads', 'select, insert, update, delete');
  await wall(knex, 'registry_load_chunks', 'select, insert, delete');
  const settings = 'system.operations; account; delete';
  await describe(knex, 'registry_loads', {
    tenant_id: 'user.unique_id; account; delete',
    id: settings,
    list: settings,
    kind: settings,
    data_on: settings,
    account: 'user.unique_id; account; delete',
    area_code: settings,
    form: settings,
    origin: settings,
    file_name: 'user.content; account; delete',
    file_stamp: 'user.content; account; delete',
    state: settings,
    reason: settings,
    run: settings,
    edition: settings,
    bases: settings,
    area_codes: settings,
    lines_done: settings,
    numbers: settings,
    created_at: settings,
    ended_at: settings,
    by_user: 'user.unique_id; user; delete',
  });
  await describe(knex, 'registry_load_chunks', {
    tenant_id: 'user.unique_id; account; delete',
    load_id: settings,
    n: settings,
    bytes: 'user.contact.phone_number; account; delete',
  });
  await describe(knex, 'call_registries', { warned_at: settings });
}
