import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why no address of a page: a path may hold the id of a person or what somebody searched for. What is kept is which page, not whose.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table usage_events (
      tenant_id uuid not null,
      id        uuid not null default gen_random_uuid(),
      user_id   uuid not null,
      at        timestamptz not null default clock_timestamp(), -- wall clock: it is kept for real days
      kind      text not null check (kind in ('page', 'feature')),
      name      text not null check (length(name) between 1 and 200), -- a page's or a route's pattern
      address   text not null, -- of the network
      browser   text not null, -- its kind and version, not all that it says of itself
      primary key (tenant_id, id),
      foreign key (tenant_id, user_id) references users on delete cascade
    );
    create index usage_events_in_order on usage_events (tenant_id, at, id);
    create index usage_events_old on usage_events (at);
    create index usage_events_of_user on usage_events (tenant_id, user_id, at);
  `);
  await wall(knex, 'usage_events', 'select, insert, delete'); // deleted for whoever asks, and with the account
  await knex.raw(`
    create policy sweeping on usage_events to current_user using (true);
    -- Deletes of every workspace what is older, at most so much at once; answers how much it was.
    create function decorum.sweep_usage(days int, most int) returns int
      language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      swept int;
    begin
      if days < 1 then
        raise exception 'Usage data is kept for a day at least';
      end if;
      delete from usage_events where (tenant_id, id) in (
        select tenant_id, id from usage_events where at < clock_timestamp() - make_interval(days => days) order by at limit most for update skip locked);
      get diagnostics swept = row_count;
      return swept;
    end $$;
    revoke execute on function decorum.sweep_usage(int, int) from public;
    grant execute on function decorum.sweep_usage(int, int) to decorum_app;
  `);
  await describe(knex, 'usage_events', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'user.unique_id; user; delete',
    user_id: 'user.unique_id; user; delete',
    at: 'user.behavior; user; delete',
    kind: 'user.behavior; user; delete',
    name: 'user.behavior.browsing_history; user; delete',
    address: 'user.device.ip_address; user; delete',
    browser: 'user.device; user; delete',
  });
}
