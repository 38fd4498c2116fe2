import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why keyed hashes: a request not to be called binds for good and outlives the contact, the number itself does not (P7, P12).
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table do_not_call_requests (
      tenant_id     uuid not null, -- no foreign key: the request outlives the tenant
      id            uuid not null default gen_random_uuid(),
      basis         text not null check (basis in ('disposition', 'email', 'form', 'api', 'import')),
      numbers       int  not null,
      asked_at      timestamptz not null default decorum.now(),
      by_user       uuid,
      closed_tasks  int  not null default 0,
      withdrawn_clearances int not null default 0,
      answered_at   timestamptz, -- from here on nobody is called
      primary key (tenant_id, id)
    );
    create table do_not_call (
      tenant_id   uuid  not null, -- no foreign key, as above
      number_hash bytea not null check (octet_length(number_hash) = 32), -- keyed hash of the number in E.164
      request_id  uuid  not null,
      asked_at    timestamptz not null default decorum.now(),
      recorded_at timestamptz not null default clock_timestamp(),
      primary key (tenant_id, number_hash)
    );
    create index do_not_call_by_request on do_not_call (tenant_id, request_id, number_hash);

    alter table tasks
      add column number_hash bytea check (octet_length(number_hash) = 32), -- of a call
      add column opens_at    timestamptz, -- when the call may be made; empty: never, or not within 14 days
      add column closes_at   timestamptz,
      add column window_basis jsonb; -- zones, states, rule table version, why not
    create index tasks_by_number on tasks (tenant_id, number_hash) where kind = 'call' and state in ('open', 'not_cleared');

    create table calling_exemptions (
      tenant_id uuid not null references tenants,
      state     text not null,
      reason    text not null check (length(reason) > 0), -- why the state's exemption of business-to-business calls holds for this tenant
      since_at  timestamptz not null default decorum.now(),
      by_user   uuid not null,
      primary key (tenant_id, state)
    );
    create table calling_bans (
      tenant_id uuid not null references tenants,
      state     text not null,
      reason    text not null check (length(reason) > 0),
      from_at   timestamptz not null default decorum.now(),
      until_at  timestamptz, -- empty: until it is taken off
      by_user   uuid not null,
      primary key (tenant_id, state)
    );

    create table clearances (
      tenant_id   uuid not null, -- no foreign key: the proof outlives the tenant
      id          uuid not null default gen_random_uuid(),
      task_id     uuid,
      person_key  bytea not null, -- whose attempts are counted: the contact, or the number where none is known
      number_hash bytea not null check (octet_length(number_hash) = 32),
      number_sealed text not null, -- encrypted
      state       text not null check (state in ('cleared', 'refused', 'withdrawn', 'dialling', 'dialled')),
      because     text,
      citation    text,
      asked_at    timestamptz not null default decorum.now(),
      allowed_until timestamptz, -- the window's end or the clearance's age, whichever is earlier
      by_user     uuid not null,
      dialled_at  timestamptz,
      record      text not null, -- what was signed: rules, versions, instants
      signature   bytea not null, -- Ed25519
      recorded_at timestamptz not null default clock_timestamp(),
      primary key (tenant_id, id)
    );
    create index clearances_open_by_number on clearances (tenant_id, number_hash) where state in ('cleared', 'dialling');
    create index clearances_attempts on clearances (tenant_id, person_key, dialled_at) where state in ('dialling', 'dialled');
    create index clearances_by_task on clearances (tenant_id, task_id, asked_at);

    -- A registry's list of an area code, or a state's whole list (area code 0). The edition is what is in force; a load becomes it at once or not at all.
    create table call_registries (
      tenant_id  uuid not null references tenants,
      list       text not null check (list = 'federal' or list ~ '^[A-Z]{2}$'),
      area_code  smallint not null check (area_code between 0 and 999),
      edition    uuid not null,
      data_on    date not null, -- of the registry's data
      account    text not null, -- subscription account number
      numbers    bigint not null,
      loaded_at  timestamptz not null default decorum.now(),
      primary key (tenant_id, list, area_code)
    );
    -- The ten thousand lines of an exchange are a bitmap: a number costs a bit, an exchange 1,250 bytes, however many of its lines are listed.
    create table call_registry_blocks (
      tenant_id uuid     not null references tenants,
      edition   uuid     not null,
      area_code smallint not null,
      exchange  smallint not null,
      lines     bytea    not null check (octet_length(lines) = 1250),
      primary key (tenant_id, edition, area_code, exchange)
    );
    alter table call_registry_blocks alter column lines set storage plain;
  `);
  await wall(knex, 'do_not_call_requests', 'select, insert, update');
  await wall(knex, 'do_not_call', 'select, insert'); // no update, no delete: a request is never taken back by code
  await wall(knex, 'clearances', 'select, insert, update');
  for (const table of ['calling_exemptions', 'calling_bans', 'call_registries', 'call_registry_blocks'])
    await wall(knex, table, 'select, insert, update, delete');
  const operations = 'system.operations; none; keep: no personal data';
  const outlives = 'keep: a do-not-call request binds for good and outlives the account (P12)';
  const proof = 'keep: proof that a call was lawful (16 CFR 310.5, five years)';
  const settings = 'system.operations; account; delete';
  const number = 'user.unique_id.pseudonymous; contact';
  await describe(knex, 'do_not_call_requests', {
    tenant_id: `user.unique_id; account; ${outlives}`,
    id: operations,
    basis: operations,
    numbers: operations,
    asked_at: operations,
    by_user: `user.unique_id; user; ${outlives}`,
    closed_tasks: operations,
    withdrawn_clearances: operations,
    answered_at: operations,
  });
  await describe(knex, 'do_not_call', {
    tenant_id: `user.unique_id; account; ${outlives}`,
    number_hash: `${number}; ${outlives}`,
    request_id: `system.operations; none; ${outlives}`,
    asked_at: `user.behavior; contact; ${outlives}`,
    recorded_at: `system.operations; contact; ${outlives}`,
  });
  await describe(knex, 'tasks', {
    number_hash: `${number}; delete`,
    opens_at: 'system.operations; contact; delete',
    closes_at: 'system.operations; contact; delete',
    window_basis: 'system.operations; contact; delete',
  });
  await describe(knex, 'calling_exemptions', {
    tenant_id: 'user.unique_id; account; delete',
    state: settings,
    reason: 'user.content; account; delete',
    since_at: settings,
    by_user: 'user.unique_id; user; delete',
  });
  await describe(knex, 'calling_bans', {
    tenant_id: 'user.unique_id; account; delete',
    state: settings,
    reason: 'user.content; account; delete',
    from_at: settings,
    until_at: settings,
    by_user: 'user.unique_id; user; delete',
  });
  await describe(knex, 'clearances', {
    tenant_id: `user.unique_id; account; ${proof}`,
    id: operations,
    task_id: `user.unique_id; contact; ${proof}`,
    person_key: `${number}; ${proof}`,
    number_hash: `${number}; ${proof}`,
    number_sealed: 'user.contact.phone_number; contact; shred',
    state: operations,
    because: operations,
    citation: operations,
    asked_at: `user.behavior; contact; ${proof}`,
    allowed_until: operations,
    by_user: `user.unique_id; user; ${proof}`,
    dialled_at: `user.behavior; contact; ${proof}`,
    record: `system.operations; contact; ${proof}`,
    signature: operations,
    recorded_at: operations,
  });
  await describe(knex, 'call_registries', {
    tenant_id: 'user.unique_id; account; delete',
    list: settings,
    area_code: settings,
    edition: settings,
    data_on: settings,
    account: 'user.unique_id; account; delete',
    numbers: settings,
    loaded_at: settings,
  });
  await describe(knex, 'call_registry_blocks', {
    tenant_id: 'user.unique_id; account; delete',
    edition: settings,
    area_code: settings,
    exchange: settings,
    lines: 'user.contact.phone_number; account; delete',
  });
}
