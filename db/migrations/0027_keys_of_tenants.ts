import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why a key per tenant: what Temporal has stored cannot be deleted row by row, but it cannot be read any more once its key is gone (P7).
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table tenant_keys (
      tenant_id    uuid not null primary key, -- no foreign key: a letter of a sign-up comes before its tenant, and the row outlives it
      key_id       uuid not null default gen_random_uuid(), -- what a payload names instead of the tenant
      wrapped      text, -- the data key as a vault token; empty once destroyed
      created_at   timestamptz not null default clock_timestamp(),
      destroyed_at timestamptz,
      check (wrapped is null or destroyed_at is null),
      unique (tenant_id, key_id)
    );
    create unique index tenant_keys_by_id on tenant_keys (key_id);

    -- A payload says which key opens it, not whose it is.
    create policy by_id on tenant_keys for select to current_user using (true);
    create function decorum.find_tenant_key(id uuid) returns table (tenant_id uuid, wrapped text)
      language sql stable security definer set search_path = public, pg_temp
      as $$ select tenant_id, wrapped from tenant_keys where key_id = id $$;

    create table integrations (
      tenant_id  uuid not null references tenants,
      provider   text not null check (provider in ('openai', 'zoominfo', 'linkedin')),
      kind       text not null check (kind in ('api_key', 'oauth_token')),
      secret     text not null, -- a vault token
      last_four  text not null,
      expires_at timestamptz, -- of an OAuth token, as its issuer said
      set_by     uuid not null,
      set_at     timestamptz not null default clock_timestamp(),
      primary key (tenant_id, provider),
      foreign key (tenant_id, set_by) references users
    );

    -- Rotation goes from tenant to tenant, also to those that are gone: their rows stay, and proofs that hold a secret.
    create policy rotation on tenants for select to current_user using (true);
    create function decorum.tenants_after(after uuid, most int) returns table (tenant_id uuid)
      language sql stable security definer set search_path = public, pg_temp as $$
      select t.tenant_id from (
        (select id as tenant_id from tenants where id > after order by 1 limit most)
        union (select k.tenant_id from tenant_keys k where k.tenant_id > after order by 1 limit most)) as t
      order by 1 limit most $$;
    revoke execute on function decorum.find_tenant_key(uuid), decorum.tenants_after(uuid, int) from public;
    grant execute on function decorum.find_tenant_key(uuid), decorum.tenants_after(uuid, int) to decorum_app;
    grant execute on function decorum.find_tenant_key(uuid) to decorum_auditor;
  `);
  await wall(knex, 'tenant_keys', 'select, insert, update');
  await wall(knex, 'integrations', 'select, insert, update, delete');
  await knex.raw(`grant select, insert on tenant_keys to decorum_auditor`);
  await describe(knex, 'tenant_keys', {
    tenant_id: 'user.unique_id; account; keep: a destroyed key must not be made again',
    key_id: 'system.operations; account; keep: says why a history is unreadable',
    wrapped: 'user.authorization.credentials; account; shred',
    created_at: 'system.operations; none; keep: no personal data',
    destroyed_at: 'system.operations; none; keep: evidence of the destruction',
  });
  await describe(knex, 'integrations', {
    tenant_id: 'user.unique_id; account; delete',
    provider: 'system.operations; account; delete',
    kind: 'system.operations; account; delete',
    secret: 'user.authorization.credentials; account; delete',
    last_four: 'user.authorization.credentials; account; delete',
    expires_at: 'system.operations; account; delete',
    set_by: 'user.unique_id; user; delete',
    set_at: 'system.operations; account; delete',
  });
}
