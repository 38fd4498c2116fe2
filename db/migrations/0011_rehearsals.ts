import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why a tenant of its own: the copy is played by the very statements that plan, claim and record for a real launch, and those know their
// tenant only. Nothing of it can leave: its mailboxes have no transport, its wishes never reach Temporal, and it is erased without a trace.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table rehearsals (
      tenant_id   uuid not null references tenants,
      id          uuid not null default gen_random_uuid(),
      copy_id     uuid not null default gen_random_uuid(), -- the tenant of kind rehearsal, for as long as it plays
      sequence_id uuid not null,
      version     int  not null,
      list_ids    uuid[] not null,
      mailbox_ids uuid[] not null,
      re_enter    text not null check (re_enter in ('once', 'if_not_active', 'any_time')),
      weeks       int  not null check (weeks between 1 and 12),
      state       text not null default 'copying' check (state in ('copying', 'playing', 'done', 'cancelled')),
      cancel_asked boolean not null default false,
      launch_id   uuid, -- in the copy
      from_at     timestamptz not null default decorum.now(),
      reached_at  timestamptz, -- how far the copy's clock has come
      people      int not null default 0,
      messages    int not null default 0,
      tasks       int not null default 0,
      blocked     int not null default 0,
      unfinished  int not null default 0, -- people who are not through when the weeks are over
      created_by  uuid not null,
      created_at  timestamptz not null default decorum.now(),
      ended_at    timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, sequence_id, version) references sequence_versions on delete cascade,
      check ((state in ('done', 'cancelled')) = (ended_at is not null))
    );
    create unique index rehearsals_one_at_a_time on rehearsals (tenant_id, created_by) where state in ('copying', 'playing');
    create index rehearsals_newest on rehearsals (tenant_id, created_at, id);

    -- What would go, and when. Contacts with a foreign key: a prediction is no record of what was sent, and goes with the person.
    create table rehearsed_touches (
      tenant_id    uuid not null,
      rehearsal_id uuid not null,
      contact_id   uuid not null,
      step         int  not null,
      kind         text not null check (kind in ('email', 'task', 'call')),
      mailbox_id   uuid not null,
      owner_id     uuid not null, -- the rep
      company_key  text, -- the address's domain; empty for free mail
      at           timestamptz not null,
      primary key (tenant_id, rehearsal_id, contact_id, step),
      foreign key (tenant_id, rehearsal_id) references rehearsals on delete cascade,
      foreign key (tenant_id, contact_id) references contacts on delete cascade
    );
    create index rehearsed_touches_by_contact on rehearsed_touches (tenant_id, contact_id);
    create index rehearsed_touches_by_time on rehearsed_touches (tenant_id, rehearsal_id, at, contact_id, step);

    -- Who would not go, or not at once, and the rule that holds them.
    create table rehearsed_holds (
      tenant_id    uuid not null,
      rehearsal_id uuid not null,
      contact_id   uuid not null,
      step         int  not null,
      standing     text not null check (standing in ('blocked', 'held', 'stopped', 'waits')),
      because      text not null,
      mailbox_id   uuid not null,
      owner_id     uuid not null,
      company_key  text,
      since_at     timestamptz not null,
      primary key (tenant_id, rehearsal_id, contact_id, step, standing, because),
      foreign key (tenant_id, rehearsal_id) references rehearsals on delete cascade,
      foreign key (tenant_id, contact_id) references contacts on delete cascade
    );
    create index rehearsed_holds_by_contact on rehearsed_holds (tenant_id, contact_id);
    create index rehearsed_holds_by_time on rehearsed_holds (tenant_id, rehearsal_id, since_at, contact_id, step);

    create index tasks_by_enrolment on tasks (tenant_id, enrolment_id); -- else an enrolment that goes reads every task of its tenant

    -- As in 0001, but that a rehearsal's clock stands still: it jumps from due instant to due instant, and nobody else may set it.
    create or replace function decorum.enter(tenant uuid, at timestamptz default null) returns timestamptz language plpgsql as $$
    declare
      t record;
      legal timestamptz := clock_timestamp();
    begin
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

    -- Makes the copy's tenant row from the one whose transaction this is: its limits and settings, its present instant.
    create function decorum.open_rehearsal(copy uuid) returns void language plpgsql as $$
    declare
      original uuid := decorum.tenant();
      t tenants;
    begin
      select * into strict t from tenants where id = original;
      if t.kind = 'rehearsal' then
        raise exception 'A rehearsal is not rehearsed' using errcode = 'DC011';
      end if;
      t.id := copy;
      t.kind := 'rehearsal';
      t.clock_factor := 1;
      t.clock_real_from := clock_timestamp();
      t.clock_legal_from := date_trunc('milliseconds', decorum.now()); -- an instant as this code has it, so that no jump falls short
      perform set_config('decorum.tenant', copy::text, true);
      insert into tenants values (t.*) on conflict do nothing;
      perform set_config('decorum.tenant', original::text, true);
    end $$;

    -- Deletes the present tenant and every row that it has, whatever tables there are by then. For a rehearsal only; of one that is gone
    -- there is nothing to do. As the owner, because nobody else may delete an opt-out: here it is a copy of one.
    create function decorum.end_rehearsal() returns void language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      present text := (select kind from tenants where id = decorum.tenant());
      name text;
      is_left boolean := true;
    begin
      if present is null then return; end if;
      if present <> 'rehearsal' then
        raise exception 'Only a rehearsal is erased without a trace' using errcode = 'DC011';
      end if;
      for round in 1..20 loop -- rows that others point at go in a later round
        is_left := false;
        for name in
          select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and a.attname = 'tenant_id' and not a.attisdropped
        loop
          begin
            execute format('delete from %I where tenant_id = $1', name) using decorum.tenant();
          exception when foreign_key_violation then
            is_left := true;
          end;
        end loop;
        exit when not is_left;
      end loop;
      delete from tenants where id = decorum.tenant();
    end $$;
    revoke execute on function decorum.end_rehearsal() from public;
    grant execute on function decorum.end_rehearsal() to decorum_app;

    create function decorum.is_rehearsal(tenant uuid) returns boolean language sql stable
      as $$ select exists (select from tenants where id = tenant and kind = 'rehearsal') $$;

    -- No transport: a mailbox of a rehearsal names no server, no log-in and no key. (RFC 6761, 6.4: .invalid never resolves.)
    create function decorum.mailbox_has_no_transport() returns trigger language plpgsql as $$
    begin
      if decorum.is_rehearsal(new.tenant_id)
         and (new.smtp_host <> 'rehearsal.invalid' or new.smtp_user is not null or new.smtp_secret is not null or new.dkim_secret <> '') then
        raise exception 'A mailbox of a rehearsal has no transport' using errcode = 'DC012';
      end if;
      return new;
    end $$;
    create trigger rehearsal_has_no_transport before insert or update on mailboxes
      for each row execute function decorum.mailbox_has_no_transport();

    -- No workflow: what is wished for in a rehearsal is never offered to Temporal, so that no sender is started for it.
    create function decorum.wish_is_dropped() returns trigger language plpgsql as $$
    begin
      if decorum.is_rehearsal(new.tenant_id) then return null; end if;
      return new;
    end $$;
    create trigger rehearsal_wants_nothing before insert on outbox for each row execute function decorum.wish_is_dropped();

    -- A tenant is born a rehearsal or never becomes one, and a rehearsal never becomes real.
    create function decorum.kind_is_final() returns trigger language plpgsql as $$
    begin
      raise exception 'A rehearsal is made, and erased; no tenant becomes one or stops being one' using errcode = 'DC011';
    end $$;
    create trigger rehearsal_is_final before update of kind on tenants for each row
      when (old.kind <> new.kind and 'rehearsal' in (old.kind, new.kind)) execute function decorum.kind_is_final();
  `);
  for (const table of ['rehearsals', 'rehearsed_touches', 'rehearsed_holds'])
    await wall(knex, table, 'select, insert, update, delete');
  const operations = 'system.operations; account; delete';
  const ids = 'user.unique_id; account; delete';
  const contact = 'user.unique_id; contact; delete';
  await describe(knex, 'rehearsals', {
    tenant_id: ids,
    id: operations,
    copy_id: operations,
    sequence_id: ids,
    version: operations,
    list_ids: ids,
    mailbox_ids: ids,
    re_enter: operations,
    weeks: operations,
    state: operations,
    cancel_asked: operations,
    launch_id: operations,
    from_at: operations,
    reached_at: operations,
    people: operations,
    messages: operations,
    tasks: operations,
    blocked: operations,
    unfinished: operations,
    created_by: 'user.unique_id; user; delete',
    created_at: operations,
    ended_at: operations,
  });
  const prediction = {
    tenant_id: ids,
    rehearsal_id: operations,
    contact_id: contact,
    step: 'system.operations; contact; delete',
    mailbox_id: ids,
    owner_id: 'user.unique_id; user; delete',
    company_key: 'user.workplace; contact; delete',
  };
  await describe(knex, 'rehearsed_touches', {
    ...prediction,
    kind: 'system.operations; contact; delete',
    at: 'system.operations; contact; delete',
  });
  await describe(knex, 'rehearsed_holds', {
    ...prediction,
    standing: 'user.behavior; contact; delete',
    because: 'user.behavior; contact; delete',
    since_at: 'system.operations; contact; delete',
  });
}
