import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table users (
      tenant_id     uuid not null references tenants,
      id            uuid not null default gen_random_uuid(),
      email         text not null, -- canonical
      name          text not null,
      role          text not null check (role in ('rep', 'officer', 'operator', 'owner')),
      zone          text not null default 'America/New_York',
      signature     text not null default '',
      password_hash text not null, -- pbkdf2-sha256$iterations$salt$hash, base64
      created_at    timestamptz not null default decorum.now(),
      primary key (tenant_id, id)
    );
    create unique index users_email on users (email); -- one log-in name over all tenants

    create table sessions (
      tenant_id  uuid  not null,
      token_hash bytea not null check (octet_length(token_hash) = 32),
      user_id    uuid  not null,
      csrf_hash  bytea not null check (octet_length(csrf_hash) = 32),
      created_at timestamptz not null default clock_timestamp(), -- sessions live by the wall clock, whatever the tenant's is
      expires_at timestamptz not null,
      primary key (tenant_id, token_hash),
      foreign key (tenant_id, user_id) references users on delete cascade
    );

    -- The one look-up before a tenant is known. It answers one row for one exact address and nothing else.
    create function decorum.find_login(login text) returns table (tenant_id uuid, user_id uuid, password_hash text)
      language sql stable security definer set search_path = public, pg_temp
      as $$ select tenant_id, id, password_hash from users where email = login $$;
    revoke execute on function decorum.find_login(text) from public;
    grant execute on function decorum.find_login(text) to decorum_app;

    create table idempotency_keys (
      tenant_id   uuid not null references tenants,
      user_id     uuid not null,
      key         text not null check (length(key) between 1 and 200),
      request_hash bytea not null check (octet_length(request_hash) = 32),
      status      int, -- empty while the first request is still being answered
      reply       jsonb,
      created_at  timestamptz not null default clock_timestamp(),
      primary key (tenant_id, user_id, key)
    );
  `);
  await wall(knex, 'users', 'select, insert, update, delete');
  await wall(knex, 'sessions', 'select, insert, update, delete');
  await wall(knex, 'idempotency_keys', 'select, insert, update, delete');
  // The function runs as the owner, whom forced row-level security binds too; this policy lets it, and only it, look past the wall.
  await knex.raw(`create policy log_in on users for select to current_user using (true)`);
  await describe(knex, 'users', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'user.unique_id; user; delete',
    email: 'user.contact.email; user; delete',
    name: 'user.name; user; delete',
    role: 'user.job_title; user; delete',
    zone: 'user.location; user; delete',
    signature: 'user.content; user; delete',
    password_hash: 'user.authorization.password; user; delete',
    created_at: 'system.operations; user; delete',
  });
  await describe(knex, 'sessions', {
    tenant_id: 'user.unique_id; account; delete',
    token_hash: 'user.authorization.credentials; user; delete',
    user_id: 'user.unique_id; user; delete',
    csrf_hash: 'user.authorization.credentials; user; delete',
    created_at: 'system.operations; user; delete',
    expires_at: 'system.operations; user; delete',
  });
  await describe(knex, 'idempotency_keys', {
    tenant_id: 'user.unique_id; account; delete',
    user_id: 'user.unique_id; user; delete',
    key: 'system.operations; user; delete',
    request_hash: 'system.operations; user; delete',
    status: 'system.operations; user; delete',
    reply: 'user.content; user; delete',
    created_at: 'system.operations; user; delete',
  });
}
