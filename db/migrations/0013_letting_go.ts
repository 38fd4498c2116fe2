import type { Knex } from 'knex';

// Why across tenants, by the dispatcher: nobody comes back to an upload that was left, and a workspace that makes no request any more would
// keep its last ones for ever. The function runs as the owner, whom forced row-level security binds too; the policies let it pass the wall.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index imports_unfinished on imports (created_at) where state in ('uploading', 'mapping');
    create index idempotency_keys_by_age on idempotency_keys (created_at);
    create policy letting_go on tenants for select to current_user using (true);
    create policy letting_go on imports to current_user using (true);
    create policy letting_go on import_chunks to current_user using (true);
    create policy letting_go on idempotency_keys to current_user using (true);

    -- A file that was not sent to its end within a day, or whose columns nobody mapped within a week, goes; so does the answer to a request
    -- that nobody will repeat after a month. A few at a time, so that no lock is held for long; answers how many went.
    create function decorum.let_go() returns int language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      uploads int;
      keys int;
    begin
      with left_behind as (
        select i.tenant_id, i.id, legal.at from imports i join tenants t on t.id = i.tenant_id
        cross join lateral (select t.clock_legal_from + (clock_timestamp() - t.clock_real_from) * t.clock_factor as at) as legal
        where i.state in ('uploading', 'mapping')
          and i.created_at < legal.at - case i.state when 'uploading' then interval '1 day' else interval '7 days' end
        order by i.created_at limit 20 for update of i skip locked),
      files as (
        delete from import_chunks c using left_behind l where c.tenant_id = l.tenant_id and c.import_id = l.id)
      update imports i set state = 'failed', failure = 'cancelled', done_at = l.at
      from left_behind l where i.tenant_id = l.tenant_id and i.id = l.id;
      get diagnostics uploads = row_count;

      with old as (
        select tenant_id, user_id, key from idempotency_keys where created_at < clock_timestamp() - interval '30 days'
        order by created_at limit 1000 for update skip locked)
      delete from idempotency_keys k using old o where k.tenant_id = o.tenant_id and k.user_id = o.user_id and k.key = o.key;
      get diagnostics keys = row_count;
      return uploads + keys;
    end $$;
    revoke execute on function decorum.let_go() from public;
    grant execute on function decorum.let_go() to decorum_dispatcher;
  `);
}
