import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why keyed hashes: the promise not to write to an address must outlive the address itself (P7 deletes it, P11 forbids the next mail).
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table suppression_batches (
      tenant_id  uuid not null, -- no foreign key: the opt-out outlives the tenant
      id         uuid not null default gen_random_uuid(),
      source     text not null check (source in ('one_click', 'page', 'mailto', 'reply', 'bounce', 'complaint', 'rep', 'import', 'api')),
      subjects   int  not null,
      asked_at   timestamptz not null default decorum.now(),
      by_user    uuid,
      answered_at timestamptz, -- from here on nothing may begin
      swept_through bytea, -- keyset resume point of the cancelling
      cancelled_sends int not null default 0,
      stopped_enrolments int not null default 0,
      closed_tasks int not null default 0,
      done_at    timestamptz,
      primary key (tenant_id, id)
    );
    create table suppressions (
      tenant_id    uuid  not null, -- no foreign key: the opt-out outlives the tenant
      subject_hash bytea not null check (octet_length(subject_hash) = 32), -- keyed hash of an address, or of '@' + a domain
      channel      text  not null check (channel in ('email', 'phone', 'all')),
      scope_id     uuid  not null, -- the tenant, or one sequence
      basis        text  not null check (basis in ('one_click', 'page', 'mailto', 'reply', 'bounce', 'complaint', 'rep', 'import', 'api')),
      subject_kind text  not null default 'address' check (subject_kind in ('address', 'domain')),
      batch_id     uuid  not null,
      enrolment_id uuid, -- where the request came from, as proof
      asked_at     timestamptz not null default decorum.now(),
      recorded_at  timestamptz not null default clock_timestamp(),
      primary key (tenant_id, subject_hash, channel, scope_id)
    );
    create index suppressions_by_batch on suppressions (tenant_id, batch_id, subject_hash);
    create index suppressions_by_time on suppressions (tenant_id, asked_at, subject_hash);

    create table inbound_messages (
      tenant_id    uuid not null references tenants,
      id           uuid not null default gen_random_uuid(),
      enrolment_id uuid not null,
      contact_id   uuid not null,
      source_hash  bytea not null check (octet_length(source_hash) = 32), -- the same message handed in twice is one
      kind         text not null check (kind in ('reply', 'auto_reply', 'stop_request', 'bounce_hard', 'bounce_soft', 'bounce_policy', 'complaint')),
      step         int,
      from_address text not null default '',
      subject      text not null default '',
      body         text not null default '', -- the person's own words, without the quoted text
      raw          bytea, -- kept until it has been forwarded
      forward      text not null default 'none' check (forward in ('none', 'due', 'done', 'failed')),
      forward_attempts int not null default 0,
      received_at  timestamptz not null default decorum.now(),
      recorded_at  timestamptz not null default clock_timestamp(),
      primary key (tenant_id, id),
      foreign key (tenant_id, enrolment_id) references enrolments on delete cascade
    );
    create unique index inbound_once on inbound_messages (tenant_id, source_hash);
    create index inbound_by_enrolment on inbound_messages (tenant_id, enrolment_id, received_at);
    create index inbound_forward on inbound_messages (tenant_id, received_at) where forward = 'due';

    create table soft_bounces (
      tenant_id  uuid not null references tenants,
      contact_id uuid not null,
      day        date not null,
      primary key (tenant_id, contact_id, day)
    );
  `);
  for (const table of ['inbound_messages', 'soft_bounces']) await wall(knex, table, 'select, insert, update, delete');
  await wall(knex, 'suppression_batches', 'select, insert, update');
  await wall(knex, 'suppressions', 'select, insert'); // no update, no delete: an opt-out is never taken back by code
  const operations = 'system.operations; contact; delete';
  const outlives = 'keep: an opt-out binds for good and outlives the account (15 U.S.C. 7704(a)(4))';
  const contact = 'user.unique_id; contact; delete';
  await describe(knex, 'suppression_batches', {
    tenant_id: `user.unique_id; account; ${outlives}`,
    id: `system.operations; none; ${outlives}`,
    source: `system.operations; none; ${outlives}`,
    subjects: `system.operations; none; ${outlives}`,
    asked_at: `system.operations; none; ${outlives}`,
    by_user: `user.unique_id; user; ${outlives}`,
    answered_at: `system.operations; none; ${outlives}`,
    swept_through: `user.unique_id.pseudonymous; contact; ${outlives}`,
    cancelled_sends: `system.operations; none; ${outlives}`,
    stopped_enrolments: `system.operations; none; ${outlives}`,
    closed_tasks: `system.operations; none; ${outlives}`,
    done_at: `system.operations; none; ${outlives}`,
  });
  await describe(knex, 'suppressions', {
    tenant_id: `user.unique_id; account; ${outlives}`,
    subject_hash: `user.unique_id.pseudonymous; contact; ${outlives}`,
    channel: `user.behavior; contact; ${outlives}`,
    scope_id: `system.operations; none; ${outlives}`,
    basis: `user.behavior; contact; ${outlives}`,
    subject_kind: `system.operations; none; ${outlives}`,
    batch_id: `system.operations; none; ${outlives}`,
    enrolment_id: `user.unique_id; contact; ${outlives}`,
    asked_at: `user.behavior; contact; ${outlives}`,
    recorded_at: `system.operations; contact; ${outlives}`,
  });
  await describe(knex, 'inbound_messages', {
    tenant_id: 'user.unique_id; account; delete',
    id: contact,
    enrolment_id: contact,
    contact_id: contact,
    source_hash: operations,
    kind: 'user.behavior; contact; delete',
    step: operations,
    from_address: 'user.contact.email; contact; delete',
    subject: 'user.content; contact; delete',
    body: 'user.content; contact; delete',
    raw: 'user.content; contact; delete',
    forward: operations,
    forward_attempts: operations,
    received_at: operations,
    recorded_at: operations,
  });
  await describe(knex, 'soft_bounces', { tenant_id: 'user.unique_id; account; delete', contact_id: contact, day: operations });
}
