import type { Knex } from 'knex';

// Why a role of its own: the second road sends one kind of message and nothing else, whatever becomes of the rest of the product. It sees
// which incidents are overdue across the walls, and works inside one tenant's like everybody.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create policy overdue on breach_incidents for select to current_user using (true);
    create policy overdue on breach_people for select to current_user using (true);
    create policy overdue on breach_scopes for select to current_user using (true);
    create policy overdue on tenants for select to current_user using (true);

    -- Ids only. at: a test's clock; otherwise the tenant's own.
    create function decorum.overdue_notices(grace interval, at timestamptz default null) returns table (tenant_id uuid, incident_id uuid)
      language sql stable security definer set search_path = public, pg_temp as $$
      select i.tenant_id, i.id from breach_incidents i join tenants t on t.id = i.tenant_id
      where i.state = 'open' and i.notice_at is not null
        and greatest(i.notice_at, i.progressed_at) + grace < coalesce(at, t.clock_legal_from + (clock_timestamp() - t.clock_real_from) * t.clock_factor)
        and (exists (select from breach_people p where p.tenant_id = i.tenant_id and p.incident_id = i.id and p.notice in ('waiting', 'sending'))
             or exists (select from breach_scopes s where s.tenant_id = i.tenant_id and s.incident_id = i.id and not s.done))
      $$;
    create function decorum.open_incidents() returns table (tenant_id uuid, incident_id uuid)
      language sql stable security definer set search_path = public, pg_temp as $$
      select i.tenant_id, i.id from breach_incidents i where i.state = 'open' $$;
    revoke execute on function decorum.overdue_notices(interval, timestamptz), decorum.open_incidents() from public;
    grant execute on function decorum.overdue_notices(interval, timestamptz), decorum.open_incidents() to decorum_auditor;

    grant usage on schema decorum to decorum_auditor;
    grant select on tenants, users, contacts, list_members, mailboxes, breach_words, breach_approvals, breach_holds to decorum_auditor;
    grant select, insert on breach_events, breach_letters to decorum_auditor;
    grant select, insert, update on obligations, breach_people, breach_lines, breach_settings to decorum_auditor;
    grant select, update on breach_incidents, breach_scopes to decorum_auditor;
  `);
}
