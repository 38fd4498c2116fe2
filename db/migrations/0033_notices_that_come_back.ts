import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why a key a person: a notice that comes back days later must find its person without anybody's inbox being read. Why addresses by
// workspace: whoever has found out where a regulator takes e-mail should not have to find it out again in the next incident.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table breach_people add column mail_key bytea not null default substr(uuid_send(gen_random_uuid()), 1, 10) check (octet_length(mail_key) = 10);
    create unique index breach_people_by_mail_key on breach_people (mail_key);
    create function decorum.find_notice_key(wanted bytea) returns table (tenant_id uuid, incident_id uuid, person_id uuid)
      language sql stable security definer set search_path = public, pg_temp
      as $$ select p.tenant_id, p.incident_id, p.person_id from breach_people p where p.mail_key = wanted $$;
    revoke execute on function decorum.find_notice_key(bytea) from public;
    grant execute on function decorum.find_notice_key(bytea) to decorum_app;

    create table regulator_addresses (
      tenant_id  uuid not null references tenants,
      state      text not null,
      recipient  text not null, -- as law/breach.csv names it
      email      text not null,
      changed_by uuid not null,
      changed_at timestamptz not null default decorum.now(),
      primary key (tenant_id, state, recipient)
    );
  `);
  await wall(knex, 'regulator_addresses', 'select, insert, update, delete');
  await knex.raw(`grant select on regulator_addresses to decorum_auditor`); // the second road plans too
  await describe(knex, 'breach_people', { mail_key: 'user.unique_id; contact; keep: proof that a breach was notified' });
  const settings = 'system.operations; account; delete';
  await describe(knex, 'regulator_addresses', {
    tenant_id: 'user.unique_id; account; delete',
    state: settings,
    recipient: settings,
    email: settings,
    changed_by: 'user.unique_id; user; delete',
    changed_at: settings,
  });
}
