import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Contacts are named by id without a foreign key: the record of what was sent outlives the contact's row and holds ids only.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table enrolments (
      tenant_id   uuid not null references tenants,
      id          uuid not null default gen_random_uuid(),
      launch_id   uuid not null,
      sequence_id uuid not null,
      version     int  not null,
      cohort      int  not null, -- 0: blocked, in no cohort
      contact_id  uuid not null,
      mailbox_id  uuid not null, -- a person keeps one
      mail_key    bytea not null check (octet_length(mail_key) = 10), -- names the enrolment in reply addresses
      exclusive   boolean not null default true, -- one person in one active sequence
      step        int  not null default 0, -- index of the step that is next or at work
      state       text not null check (state in ('waiting', 'queued', 'paused', 'blocked', 'finished', 'stopped')),
      because     text, -- why blocked, paused, finished or stopped: domain/enrolment.ts
      next_at     timestamptz, -- when the step is due; of a waiting enrolment
      paused_at   timestamptz,
      resume_at   timestamptz, -- of a pause that ends by itself (out of office)
      answered    text, -- the last outcome that a branch can ask for
      last_sent_at timestamptz,
      created_at  timestamptz not null default decorum.now(),
      ended_at    timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, launch_id) references launches on delete cascade,
      foreign key (tenant_id, mailbox_id) references mailboxes,
      check (state <> 'waiting' or next_at is not null)
    );
    create unique index enrolments_person on enrolments (tenant_id, launch_id, contact_id);
    create unique index enrolments_one_active on enrolments (tenant_id, contact_id) where exclusive and state in ('waiting', 'queued', 'paused');
    create unique index enrolments_mail_key on enrolments (mail_key);
    create index enrolments_due on enrolments (tenant_id, launch_id, cohort, next_at) where state = 'waiting';
    create index enrolments_open on enrolments (tenant_id, launch_id, cohort) where state in ('waiting', 'queued', 'paused');
    create index enrolments_resume on enrolments (tenant_id, launch_id, cohort, resume_at) where state = 'paused' and resume_at is not null;
    create index enrolments_by_contact on enrolments (tenant_id, contact_id);
    create index enrolments_by_mailbox on enrolments (tenant_id, mailbox_id) where state in ('waiting', 'queued', 'paused');

    -- An inbound address names an enrolment before a tenant is known; the answer is two ids.
    create function decorum.find_mail_key(wanted bytea) returns table (tenant_id uuid, enrolment_id uuid)
      language sql stable security definer set search_path = public, pg_temp
      as $$ select tenant_id, id from enrolments where mail_key = wanted $$;
    revoke execute on function decorum.find_mail_key(bytea) from public;
    grant execute on function decorum.find_mail_key(bytea) to decorum_app;

    create table enrolment_events (
      tenant_id    uuid not null,
      id           bigint generated always as identity,
      enrolment_id uuid not null,
      at           timestamptz not null default decorum.now(),
      kind         text not null,
      step         int,
      because      text,
      by_user      uuid,
      recorded_at  timestamptz not null default clock_timestamp(),
      primary key (tenant_id, id),
      foreign key (tenant_id, enrolment_id) references enrolments on delete cascade
    );
    create index enrolment_events_by_enrolment on enrolment_events (tenant_id, enrolment_id, id);

    create table sends (
      tenant_id    uuid not null references tenants,
      id           uuid not null default gen_random_uuid(),
      enrolment_id uuid not null,
      launch_id    uuid not null,
      sequence_id  uuid not null,
      contact_id   uuid not null,
      mailbox_id   uuid not null,
      step         int  not null,
      on_unknown   text not null default 'show' check (on_unknown in ('show', 'repeat')), -- outreach at most once, statutory notice at least once
      state        text not null default 'planned'
        check (state in ('planned', 'held', 'claimed', 'handing', 'sent', 'unknown', 'refused', 'cancelled')),
      because      text, -- which rule holds it, or why it ended
      priority     smallint not null, -- 0 follow-up, 1 first message
      due_at       timestamptz not null,
      expires_at   timestamptz, -- end of the recipient's window: past it the row moves to the next one
      address_hash bytea not null,
      domain_hash  bytea not null,
      company_key  text, -- the address's domain; empty for free mail
      claim_id     uuid,
      claimed_until timestamptz, -- lease, wall clock
      counted_at   timestamptz, -- legal instant of the claim: the rolling 24 hours count it
      wire_until   timestamptz, -- lease, wall clock: no DATA begins past it
      handed_at    timestamptz, -- legal instant of the wire gate: the message left no earlier
      attempts     int not null default 0,
      message_id   text,
      sent_at      timestamptz,
      answer_code  int,
      answer_class text, -- domain word for the server's answer, never its text
      recorded_at  timestamptz not null default clock_timestamp(),
      primary key (tenant_id, id),
      foreign key (tenant_id, enrolment_id) references enrolments on delete cascade,
      foreign key (tenant_id, mailbox_id) references mailboxes
    );
    create unique index sends_once on sends (tenant_id, enrolment_id, step); -- at most once per step
    create index sends_next on sends (tenant_id, mailbox_id, priority, due_at, id) where state = 'planned';
    create index sends_expiring on sends (tenant_id, mailbox_id, expires_at) where state = 'planned';
    create index sends_counted on sends (tenant_id, mailbox_id, counted_at) where state in ('claimed', 'handing', 'sent', 'unknown');
    create index sends_open_by_address on sends (tenant_id, address_hash) where state in ('planned', 'held', 'claimed', 'handing');
    create index sends_open_by_domain on sends (tenant_id, domain_hash) where state in ('planned', 'held', 'claimed', 'handing');
    create index sends_claimed on sends (tenant_id, mailbox_id, claimed_until) where state = 'claimed';
    create index sends_handing on sends (tenant_id, mailbox_id, wire_until) where state = 'handing';
    create index sends_handed on sends (tenant_id, handed_at) where handed_at is not null; -- for the proof that nothing began after an opt-out
    create index sends_by_launch on sends (tenant_id, launch_id, state, step);
    create index sends_by_contact on sends (tenant_id, contact_id);
    create index sends_sent on sends (tenant_id, address_hash, sent_at) where state in ('sent', 'unknown');

    -- Limits across mailboxes are rows with a primary key, not counts: two claimers cannot both be the last one under the limit.
    create table contact_touches (
      tenant_id  uuid not null references tenants,
      contact_id uuid not null,
      send_id    uuid not null, -- a retry of the same send is no second touch
      last_at    timestamptz not null,
      quarter_from date not null,
      in_quarter int  not null,
      primary key (tenant_id, contact_id)
    );
    create table company_first_touches (
      tenant_id   uuid not null references tenants,
      company_key text not null,
      day         date not null,
      send_ids    uuid[] not null,
      primary key (tenant_id, company_key, day)
    );

    create table sending_stops (
      tenant_id uuid not null references tenants,
      scope_id  uuid not null, -- of the tenant, mailbox, launch, enrolment or contact
      kind      text not null check (kind in ('pause', 'freeze', 'hold')),
      because   text not null,
      since_at  timestamptz not null default decorum.now(),
      by_user   uuid,
      primary key (tenant_id, scope_id, kind)
    );

    create table tasks (
      tenant_id    uuid not null references tenants,
      id           uuid not null default gen_random_uuid(),
      kind         text not null check (kind in ('manual', 'call', 'reply', 'forward_failed', 'unknown_outcome', 'soft_bounces')),
      owner_id     uuid not null,
      contact_id   uuid not null,
      enrolment_id uuid not null,
      step         int,
      send_id      uuid,
      inbound_id   uuid,
      state        text not null default 'open' check (state in ('open', 'not_cleared', 'done', 'cancelled')),
      outcome      text,
      note         text not null default '',
      due_at       timestamptz not null,
      created_at   timestamptz not null default decorum.now(),
      done_at      timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, owner_id) references users,
      foreign key (tenant_id, enrolment_id) references enrolments on delete cascade
    );
    create unique index tasks_once on tasks (tenant_id, enrolment_id, step) where kind in ('manual', 'call');
    create unique index tasks_once_per_send on tasks (tenant_id, send_id) where kind = 'unknown_outcome';
    create unique index tasks_once_per_inbound on tasks (tenant_id, inbound_id, kind) where inbound_id is not null;
    create index tasks_open on tasks (tenant_id, owner_id, due_at, id) where state in ('open', 'not_cleared');
    create index tasks_by_contact on tasks (tenant_id, contact_id);
  `);
  for (const table of ['enrolments', 'sends', 'contact_touches', 'company_first_touches', 'sending_stops', 'tasks']) {
    await wall(knex, table, 'select, insert, update, delete');
  }
  await wall(knex, 'enrolment_events', 'select, insert');
  await knex.raw(`create policy find_mail_key on enrolments for select to current_user using (true)`); // for the function above, which runs as the owner
  const operations = 'system.operations; contact; delete';
  const tenant = 'user.unique_id; account; delete';
  const contact = 'user.unique_id; contact; delete';
  const user = 'user.unique_id; user; delete';
  await describe(knex, 'enrolments', {
    tenant_id: tenant,
    id: contact,
    launch_id: tenant,
    sequence_id: tenant,
    version: operations,
    cohort: operations,
    contact_id: contact,
    mailbox_id: tenant,
    mail_key: 'user.unique_id.pseudonymous; contact; delete',
    exclusive: operations,
    step: operations,
    state: 'user.behavior; contact; delete',
    because: 'user.behavior; contact; delete',
    next_at: operations,
    paused_at: operations,
    resume_at: 'user.behavior; contact; delete',
    answered: 'user.behavior; contact; delete',
    last_sent_at: operations,
    created_at: operations,
    ended_at: operations,
  });
  await describe(knex, 'enrolment_events', {
    tenant_id: tenant,
    id: operations,
    enrolment_id: contact,
    at: operations,
    kind: 'user.behavior; contact; delete',
    step: operations,
    because: 'user.behavior; contact; delete',
    by_user: user,
    recorded_at: operations,
  });
  await describe(knex, 'sends', {
    tenant_id: tenant,
    id: contact,
    enrolment_id: contact,
    launch_id: tenant,
    sequence_id: tenant,
    contact_id: contact,
    mailbox_id: tenant,
    step: operations,
    on_unknown: operations,
    state: operations,
    because: operations,
    priority: operations,
    due_at: operations,
    expires_at: operations,
    address_hash: 'user.unique_id.pseudonymous; contact; delete',
    domain_hash: 'user.unique_id.pseudonymous; contact; delete',
    company_key: 'user.workplace; contact; delete',
    claim_id: operations,
    claimed_until: operations,
    counted_at: operations,
    wire_until: operations,
    handed_at: operations,
    attempts: operations,
    message_id: 'user.unique_id.pseudonymous; contact; delete',
    sent_at: operations,
    answer_code: operations,
    answer_class: operations,
    recorded_at: operations,
  });
  await describe(knex, 'contact_touches', {
    tenant_id: tenant,
    contact_id: contact,
    send_id: contact,
    last_at: operations,
    quarter_from: operations,
    in_quarter: operations,
  });
  await describe(knex, 'company_first_touches', {
    tenant_id: tenant,
    company_key: 'user.workplace; contact; delete',
    day: operations,
    send_ids: contact,
  });
  await describe(knex, 'sending_stops', {
    tenant_id: tenant,
    scope_id: contact,
    kind: operations,
    because: operations,
    since_at: operations,
    by_user: user,
  });
  await describe(knex, 'tasks', {
    tenant_id: tenant,
    id: contact,
    kind: operations,
    owner_id: user,
    contact_id: contact,
    enrolment_id: contact,
    step: operations,
    send_id: contact,
    inbound_id: contact,
    state: operations,
    outcome: 'user.behavior; contact; delete',
    note: 'user.content; contact; delete',
    due_at: operations,
    created_at: operations,
    done_at: operations,
  });
}
