import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why there is no "e-mail verified": an account is made by the link in a letter to its address, never before. Whoever signs up or is
// invited with somebody else's address has nothing, and the password is chosen behind the link.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table tenants
      add column phone     text not null default '',
      add column zip_codes text[] not null default '{}', -- the territory that the account works in (P1)
      add column cities    text[] not null default '{}',
      add column state     text not null default '',
      add column needs_second_factor boolean not null default false; -- of officers and owners
    alter table users
      add column deactivated_at    timestamptz,
      add column totp_secret       text, -- a vault token; one without a confirmation is not asked for yet
      add column totp_confirmed_at timestamptz,
      add column totp_last_step    bigint; -- a code is good once (RFC 6238, 5.2)

    create or replace function decorum.find_login(login text) returns table (tenant_id uuid, user_id uuid, password_hash text)
      language sql stable security definer set search_path = public, pg_temp
      as $$ select tenant_id, id, password_hash from users where email = login and deactivated_at is null $$;

    alter table sessions
      add column id      uuid not null default gen_random_uuid(), -- by which one is listed and ended; the secret is in the cookie alone
      add column seen_at timestamptz not null default clock_timestamp(),
      add column address text not null default '',
      add column browser text not null default '';
    create unique index sessions_id on sessions (tenant_id, id);

    create table recovery_codes (
      tenant_id uuid  not null,
      user_id   uuid  not null,
      code_hash bytea not null check (octet_length(code_hash) = 32),
      primary key (tenant_id, user_id, code_hash),
      foreign key (tenant_id, user_id) references users on delete cascade
    );

    create table api_tokens (
      tenant_id  uuid  not null,
      id         uuid  not null default gen_random_uuid(),
      user_id    uuid  not null,
      name       text  not null,
      token_hash bytea not null check (octet_length(token_hash) = 32),
      scopes     text[] not null default '{}', -- actions of the table of roles; the user's role must allow them, too
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null,
      used_at    timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, user_id) references users on delete cascade
    );
    create unique index api_tokens_hash on api_tokens (tenant_id, token_hash);
    create index api_tokens_of_user on api_tokens (tenant_id, user_id, id);

    -- From where an account has been logged in to: there its owner gets in while somebody else uses up the tries of the whole account.
    create table known_addresses (
      tenant_id    uuid  not null,
      user_id      uuid  not null,
      address_hash bytea not null check (octet_length(address_hash) = 32),
      seen_at      timestamptz not null default clock_timestamp(),
      primary key (tenant_id, user_id, address_hash),
      foreign key (tenant_id, user_id) references users on delete cascade
    );

    create table account_letters (
      tenant_id  uuid not null, -- no foreign key: the letter of a sign-up comes before its tenant
      id         uuid not null default gen_random_uuid(),
      kind       text not null check (kind in ('sign_up', 'invitation', 'reset', 'new_email', 'known', 'password_changed', 'email_changed', 'factor_changed')),
      address    text not null, -- canonical
      user_id    uuid, -- whom it is about; empty before there is one
      role       text check (role in ('rep', 'officer', 'operator', 'owner')), -- of an invitation
      by_user_id uuid,
      facts      jsonb not null default '{}', -- what was typed at the sign-up
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null, -- wall clock; then the row is deleted
      sent_at    timestamptz,
      used_at    timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, user_id) references users on delete cascade
    );
    create index account_letters_open on account_letters (tenant_id, kind, address) where used_at is null;

    -- The tries that somebody has left, over all API processes. No tenant is known where they are counted; keys are keyed hashes. Unlogged: a
    -- crash of the server forgives, and 200 bad log-ins a second write nothing to the log that the record needs.
    create unlogged table rate_limits (
      key      bytea primary key check (octet_length(key) = 32),
      spent_until timestamptz not null -- the instant at which all turns are there again (generic cell rate algorithm)
    );
    create index rate_limits_spent on rate_limits (spent_until);

    -- Takes one of \`turns\` that come back within \`seconds\`; answers 0, or the seconds until the next one is there.
    create function decorum.take_turn(turn_key bytea, turns int, seconds double precision) returns double precision
      language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      at   timestamptz := clock_timestamp();
      step interval := make_interval(secs => seconds / turns);
      span interval := make_interval(secs => seconds);
      wait double precision;
    begin
      delete from rate_limits where key in (select key from rate_limits where spent_until < at order by spent_until limit 2 for update skip locked);
      insert into rate_limits as r (key, spent_until) values (turn_key, at + step)
        on conflict (key) do update set spent_until = greatest(r.spent_until, at) + step where greatest(r.spent_until, at) + step <= at + span;
      if found then return 0; end if;
      select extract(epoch from spent_until + step - span - at) into wait from rate_limits where key = turn_key;
      return greatest(coalesce(wait, 0), 0.001);
    end $$;
    create function decorum.forgive(turn_key bytea) returns void language sql security definer set search_path = public, pg_temp
      as $$ delete from rate_limits where key = turn_key $$;
    revoke execute on function decorum.take_turn(bytea, int, double precision), decorum.forgive(bytea) from public;
    grant execute on function decorum.take_turn(bytea, int, double precision), decorum.forgive(bytea) to decorum_app;
  `);
  for (const table of ['recovery_codes', 'api_tokens', 'known_addresses', 'account_letters']) {
    await wall(knex, table, 'select, insert, update, delete');
  }
  const operations = 'system.operations; user; delete';
  await describe(knex, 'tenants', {
    phone: 'user.contact.phone_number; account; anonymise',
    zip_codes: 'user.location; account; anonymise',
    cities: 'user.location; account; anonymise',
    state: 'user.location; account; anonymise',
    needs_second_factor: 'system.operations; none; keep: no personal data',
  });
  await describe(knex, 'users', {
    deactivated_at: operations,
    totp_secret: 'user.authorization.credentials; user; delete',
    totp_confirmed_at: operations,
    totp_last_step: operations,
  });
  await describe(knex, 'sessions', {
    id: 'user.unique_id; user; delete',
    seen_at: 'user.behavior; user; delete',
    address: 'user.device.ip_address; user; delete',
    browser: 'user.device; user; delete',
  });
  await describe(knex, 'recovery_codes', {
    tenant_id: 'user.unique_id; account; delete',
    user_id: 'user.unique_id; user; delete',
    code_hash: 'user.authorization.credentials; user; delete',
  });
  await describe(knex, 'api_tokens', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'user.unique_id; user; delete',
    user_id: 'user.unique_id; user; delete',
    name: 'user.content; user; delete',
    token_hash: 'user.authorization.credentials; user; delete',
    scopes: operations,
    created_at: operations,
    expires_at: operations,
    used_at: 'user.behavior; user; delete',
  });
  await describe(knex, 'known_addresses', {
    tenant_id: 'user.unique_id; account; delete',
    user_id: 'user.unique_id; user; delete',
    address_hash: 'user.device.ip_address; user; delete',
    seen_at: 'user.behavior; user; delete',
  });
  await describe(knex, 'account_letters', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'user.unique_id; user; delete',
    kind: operations,
    address: 'user.contact.email; user; delete',
    user_id: 'user.unique_id; user; delete',
    role: 'user.job_title; user; delete',
    by_user_id: 'user.unique_id; user; delete',
    facts: 'user.contact; user; delete',
    created_at: operations,
    expires_at: operations,
    sent_at: operations,
    used_at: operations,
  });
  await describe(knex, 'rate_limits', {
    key: 'user.unique_id; none; delete',
    spent_until: 'system.operations; none; delete',
  });
}
