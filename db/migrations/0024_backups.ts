import type { Knex } from 'knex';
import { describe } from '../describe.ts';

// Why the catalogue has no key and no tenant: a backup is of all workspaces at once, and its key lies beside it, outside the database, or
// each backup would bring back the keys of those that were destroyed before it. Written by the owner only, whose rights a backup needs anyway.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table backups (
      id           uuid primary key,
      name         text not null unique, -- of its objects in the store
      state        text not null check (state in ('taking', 'good', 'unreadable', 'missing', 'failed', 'destroyed')),
      taken_at     timestamptz not null, -- not after its snapshot: who was erased later is in it
      expires_at   timestamptz not null,
      format       text not null check (format in ('pg_dump', 'copy')),
      migration    text not null default '',
      bytes        bigint,
      tables       int,
      rows         bigint,
      ledger_seq   bigint not null default 0, -- of the erasures outside: those after it are replayed at a restore
      verified_at  timestamptz, -- read back, whole
      destroyed_at timestamptz, -- file and key
      problem      text,
      check ((state in ('failed', 'destroyed')) = (destroyed_at is not null))
    );
    create index backups_by_time on backups (taken_at desc);
    create table restore_drills (
      id          uuid primary key,
      backup_id   uuid, -- none: there was nothing to restore
      state       text not null default 'running' check (state in ('running', 'passed', 'failed')),
      started_at  timestamptz not null,
      ended_at    timestamptz,
      tables      int,
      rows        bigint,
      erasures    int, -- replayed
      problem     text
    );
    create index restore_drills_by_time on restore_drills (started_at desc);
    grant select on backups, restore_drills to decorum_app, decorum_auditor;

    -- Here is one row, and no backup holds it: a database that was restored, by whatever means, is closed until it is put back.
    create table database_open (
      only_one  boolean primary key default true check (only_one),
      opened_at timestamptz not null default clock_timestamp()
    );
    insert into database_open default values;
    grant select on database_open to decorum_app, decorum_auditor;

    -- As in 0011, but that nothing begins in a closed database, save the replay that opens it.
    create or replace function decorum.enter(tenant uuid, at timestamptz default null) returns timestamptz language plpgsql as $$
    declare
      t record;
      legal timestamptz := clock_timestamp();
    begin
      if not exists (select from database_open) and current_setting('decorum.replaying', true) is distinct from 'on' then
        raise exception 'This database was restored and is closed until the erasures since its backup are replayed: open-after-restore'
          using errcode = 'DC024';
      end if;
      perform set_config('decorum.tenant', tenant::text, true);
      select kind, clock_factor, clock_real_from, clock_legal_from into t from tenants where id = tenant;
      if t.kind = 'rehearsal' then
        legal := t.clock_legal_from;
      elsif at is not null then
        if t.kind is null or t.kind = 'real' then
          raise exception 'A real tenant has the database''s clock and no other' using errcode = 'DC001';
        end if;
        legal := at;
      elsif t.kind is not null and t.kind <> 'real' then
        legal := t.clock_legal_from + (legal - t.clock_real_from) * t.clock_factor;
      end if;
      perform set_config('decorum.at', legal::text, true);
      return legal;
    end $$;

    -- An alarm about what belongs to nobody is told to every workspace.
    create function decorum.workspaces() returns table (tenant_id uuid)
      language sql stable security definer set search_path = public, pg_temp
      as $$ select id from tenants where kind <> 'rehearsal' order by id $$;
    revoke execute on function decorum.workspaces() from public;
    grant execute on function decorum.workspaces() to decorum_app, decorum_auditor;
  `);
  const operations = 'system.operations; none; keep: no personal data';
  const of = (table: string, names: string) =>
    describe(knex, table, Object.fromEntries(names.split(' ').map((name) => [name, operations])));
  await of(
    'backups',
    'id name state taken_at expires_at format migration bytes tables rows ledger_seq verified_at destroyed_at problem',
  );
  await of('restore_drills', 'id backup_id state started_at ended_at tables rows erasures problem');
  await of('database_open', 'only_one opened_at');
}
