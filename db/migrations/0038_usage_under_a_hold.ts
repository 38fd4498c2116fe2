import type { Knex } from 'knex';

// Why: how an account was used is what a proceeding may ask for, so a hold of the account keeps it beyond its days.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create policy sweeping on legal_holds for select to current_user using (true);
    create or replace function decorum.sweep_usage(days int, most int) returns int
      language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      swept int;
    begin
      if days < 1 then
        raise exception 'Usage data is kept for a day at least';
      end if;
      delete from usage_events where (tenant_id, id) in (
        select tenant_id, id from usage_events e
        where at < clock_timestamp() - make_interval(days => days)
          and not exists (select from legal_holds h where h.tenant_id = e.tenant_id and h.kind = 'account' and h.released_at is null)
        order by at limit most for update skip locked);
      get diagnostics swept = row_count;
      return swept;
    end $$;
  `);
}
