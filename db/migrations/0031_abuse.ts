import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why a stop of a kind of its own: a mailbox or a workspace that is stopped for abuse may be paused by its owner, held by the auditor and
// frozen as well, and none of these may be lifted with another.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table abuse_cases (
      tenant_id  uuid not null references tenants,
      id         uuid not null default gen_random_uuid(),
      scope      text not null check (scope in ('tenant', 'mailbox')),
      scope_id   uuid not null, -- of the tenant or the mailbox
      sign       text not null, -- domain/abuse.ts
      measure    text not null check (measure in ('watch', 'throttle', 'pause')),
      counts     jsonb not null, -- what was counted when it was last seen
      state      text not null default 'open' check (state in ('open', 'appealed', 'upheld', 'ended')),
      opened_at  timestamptz not null default decorum.now(),
      seen_at    timestamptz not null default decorum.now(),
      told_measure text, -- of the last letter to the owners
      appeal     text, -- in the owner's words
      appealed_at timestamptz,
      appealed_by uuid,
      decided_at timestamptz,
      decided_by uuid,
      decision_note text,
      told_decision_at timestamptz,
      ended_at   timestamptz,
      ended_because text check (ended_because in ('lifted', 'passed')),
      primary key (tenant_id, id),
      check ((state = 'ended') = (ended_at is not null))
    );
    create unique index abuse_cases_once on abuse_cases (tenant_id, scope_id, sign) where ended_at is null;
    create index abuse_cases_newest on abuse_cases (tenant_id, opened_at desc, id);
    -- The record: nothing in it is changed.
    create table abuse_events (
      tenant_id  uuid not null,
      case_id    uuid not null,
      id         bigint not null generated always as identity,
      at         timestamptz not null default decorum.now(),
      kind       text not null check (kind in ('opened', 'graver', 'told', 'appealed', 'upheld', 'lifted', 'passed')),
      measure    text not null,
      counts     jsonb not null,
      by_user    uuid,
      recorded_at timestamptz not null default clock_timestamp(),
      primary key (tenant_id, case_id, id),
      foreign key (tenant_id, case_id) references abuse_cases on delete cascade
    );
    -- Caps as they were before a case halved them.
    create table abuse_throttles (
      tenant_id  uuid not null,
      mailbox_id uuid not null,
      cap_before int, -- empty: none
      cap        int not null,
      primary key (tenant_id, mailbox_id),
      foreign key (tenant_id, mailbox_id) references mailboxes on delete cascade
    );
    create table sign_up_places (
      tenant_id  uuid not null references tenants,
      place_hash bytea not null check (octet_length(place_hash) = 32), -- keyed hash of a network
      at         timestamptz not null default clock_timestamp(),
      primary key (tenant_id)
    );
    create index sign_up_places_recent on sign_up_places (place_hash, at);
    create policy count_places on sign_up_places for select to current_user using (true);

    -- How many workspaces were opened from where this one was, within the day around it.
    create function decorum.sign_ups_beside(tenant uuid) returns bigint
      language sql stable security definer set search_path = public, pg_temp as $$
      select count(*) from sign_up_places mine join sign_up_places other on other.place_hash = mine.place_hash
      where mine.tenant_id = tenant and mine.at > clock_timestamp() - interval '1 day' and other.at > mine.at - interval '1 day' $$;
    create function decorum.watched_tenants() returns setof uuid
      language sql stable security definer set search_path = public, pg_temp as $$
      select id from tenants where kind <> 'rehearsal' order by id $$;
    revoke execute on function decorum.sign_ups_beside(uuid), decorum.watched_tenants() from public;
    grant execute on function decorum.sign_ups_beside(uuid), decorum.watched_tenants() to decorum_app;

    alter table sending_stops drop constraint sending_stops_kind_check;
    alter table sending_stops add constraint sending_stops_kind_check check (kind in ('pause', 'freeze', 'hold', 'abuse'));
    -- Whatever kinds there are by now, and five more.
    do $$ declare
      present text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'account_letters_kind_check');
    begin
      alter table account_letters drop constraint account_letters_kind_check;
      execute 'alter table account_letters add constraint account_letters_kind_check '
        || replace(present, 'ARRAY[', 'ARRAY[''abuse_watch''::text, ''abuse_throttle''::text, ''abuse_pause''::text, ''abuse_lifted''::text, ''abuse_upheld''::text, ');
    end $$;
  `);
  for (const table of ['abuse_cases', 'abuse_throttles', 'sign_up_places'])
    await wall(knex, table, 'select, insert, update, delete');
  await wall(knex, 'abuse_events', 'select, insert');
  const operations = 'system.operations; account; delete';
  const tenant = 'user.unique_id; account; delete';
  const user = 'user.unique_id; user; delete';
  await describe(knex, 'abuse_cases', {
    tenant_id: tenant,
    id: operations,
    scope: operations,
    scope_id: tenant,
    sign: 'user.behavior; account; delete',
    measure: operations,
    counts: 'user.behavior; account; delete',
    state: operations,
    opened_at: operations,
    seen_at: operations,
    told_measure: operations,
    appeal: 'user.content; account; delete',
    appealed_at: operations,
    appealed_by: user,
    decided_at: operations,
    decided_by: user,
    decision_note: 'user.content; account; delete',
    told_decision_at: operations,
    ended_at: operations,
    ended_because: operations,
  });
  await describe(knex, 'abuse_events', {
    tenant_id: tenant,
    case_id: operations,
    id: operations,
    at: operations,
    kind: operations,
    measure: operations,
    counts: 'user.behavior; account; delete',
    by_user: user,
    recorded_at: operations,
  });
  await describe(knex, 'abuse_throttles', { tenant_id: tenant, mailbox_id: tenant, cap_before: operations, cap: operations });
  await describe(knex, 'sign_up_places', {
    tenant_id: tenant,
    place_hash: 'user.device.ip_address; account; delete',
    at: operations,
  });
}
