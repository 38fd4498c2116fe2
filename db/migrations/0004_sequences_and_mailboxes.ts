import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table mailboxes (
      tenant_id    uuid not null references tenants,
      id           uuid not null default gen_random_uuid(),
      owner_id     uuid not null,
      kind         text not null check (kind in ('rep', 'relay')),
      from_name    text not null,
      address      text not null, -- canonical
      smtp_host    text not null,
      smtp_port    int  not null check (smtp_port between 1 and 65535),
      smtp_security text not null check (smtp_security in ('none', 'starttls', 'tls')),
      smtp_user    text,
      smtp_secret  text, -- vault token
      dkim_domain  text not null,
      dkim_selector text not null,
      dkim_secret  text not null, -- vault token of the private key, PEM
      cap          int  check (cap > 0), -- a rolling 24 h; empty (relay only): no cap
      ramp_start   int  check (ramp_start > 0), -- empty (relay only): no ramp
      ramp_step    int  not null default 2 check (ramp_step >= 0),
      gap_seconds  int  not null default 90 check (gap_seconds >= 0),
      jitter_seconds int not null default 180 check (jitter_seconds >= 0),
      lanes        int  not null default 1 check (lanes between 1 and 8),
      connections  int  not null default 1 check (connections between 1 and 50), -- of each lane
      state        text not null default 'active' check (state in ('active', 'paused')),
      paused_because text check (paused_because in ('authentication', 'policy', 'bounce_rate', 'complaint_rate', 'by_hand')),
      authentication_failures int not null default 0,
      next_send_at timestamptz, -- the gap: no claim before
      created_at   timestamptz not null default decorum.now(),
      primary key (tenant_id, id),
      foreign key (tenant_id, owner_id) references users,
      check (kind = 'relay' or (cap <= 100 and ramp_start is not null and lanes = 1 and connections = 1)),
      check ((state = 'paused') = (paused_because is not null))
    );
    create unique index mailboxes_address on mailboxes (tenant_id, address);
    -- Days on which the mailbox sent: the ramp counts them, so that a pause does not raise tomorrow's allowance.
    create table mailbox_days (
      tenant_id  uuid not null,
      mailbox_id uuid not null,
      day        date not null, -- in the tenant's legal time, UTC
      primary key (tenant_id, mailbox_id, day),
      foreign key (tenant_id, mailbox_id) references mailboxes on delete cascade
    );

    create table sequences (
      tenant_id  uuid not null references tenants,
      id         uuid not null default gen_random_uuid(),
      name       text not null,
      owner_id   uuid not null,
      newest     int  not null default 0,
      created_at timestamptz not null default decorum.now(),
      primary key (tenant_id, id),
      foreign key (tenant_id, owner_id) references users
    );
    -- A version is never changed: a launch keeps the words that it was started with.
    create table sequence_versions (
      tenant_id   uuid  not null,
      sequence_id uuid  not null,
      version     int   not null check (version > 0),
      definition  jsonb not null, -- domain/sequence.ts: steps and window
      created_by  uuid  not null,
      created_at  timestamptz not null default decorum.now(),
      primary key (tenant_id, sequence_id, version),
      foreign key (tenant_id, sequence_id) references sequences on delete cascade
    );

    create table launches (
      tenant_id   uuid not null references tenants,
      id          uuid not null default gen_random_uuid(),
      sequence_id uuid not null,
      version     int  not null,
      request_key text not null, -- the same request launches once, at once or a week later
      re_enter    text not null default 'if_not_active' check (re_enter in ('once', 'if_not_active', 'any_time')),
      state       text not null default 'enrolling' check (state in ('enrolling', 'running', 'paused', 'stopped', 'finished')),
      paused_at   timestamptz,
      created_by  uuid not null,
      created_at  timestamptz not null default decorum.now(),
      ended_at    timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, sequence_id, version) references sequence_versions
    );
    create unique index launches_request on launches (tenant_id, request_key);
    create table launch_lists (
      tenant_id uuid not null,
      launch_id uuid not null,
      list_id   uuid not null,
      enrolled_through uuid, -- keyset resume point in this list
      done      boolean not null default false,
      primary key (tenant_id, launch_id, list_id),
      foreign key (tenant_id, launch_id) references launches on delete cascade,
      foreign key (tenant_id, list_id) references lists
    );
    create table launch_mailboxes (
      tenant_id  uuid not null,
      launch_id  uuid not null,
      mailbox_id uuid not null,
      primary key (tenant_id, launch_id, mailbox_id),
      foreign key (tenant_id, launch_id) references launches on delete cascade,
      foreign key (tenant_id, mailbox_id) references mailboxes
    );
  `);
  for (const table of ['mailboxes', 'mailbox_days', 'sequences', 'launches', 'launch_lists', 'launch_mailboxes']) {
    await wall(knex, table, 'select, insert, update, delete');
  }
  await wall(knex, 'sequence_versions', 'select, insert, delete');
  const operations = 'system.operations; account; delete';
  const ids = 'user.unique_id; account; delete';
  await describe(knex, 'mailboxes', {
    tenant_id: ids,
    id: ids,
    owner_id: 'user.unique_id; user; delete',
    kind: operations,
    from_name: 'user.name; user; delete',
    address: 'user.contact.email; user; delete',
    smtp_host: operations,
    smtp_port: operations,
    smtp_security: operations,
    smtp_user: 'user.authorization.credentials; user; delete',
    smtp_secret: 'user.authorization.credentials; user; shred',
    dkim_domain: operations,
    dkim_selector: operations,
    dkim_secret: 'user.authorization.credentials; account; shred',
    cap: operations,
    ramp_start: operations,
    ramp_step: operations,
    gap_seconds: operations,
    jitter_seconds: operations,
    lanes: operations,
    connections: operations,
    state: operations,
    paused_because: operations,
    authentication_failures: operations,
    next_send_at: operations,
    created_at: operations,
  });
  await describe(knex, 'mailbox_days', { tenant_id: ids, mailbox_id: ids, day: operations });
  await describe(knex, 'sequences', {
    tenant_id: ids,
    id: ids,
    name: 'user.content; account; delete',
    owner_id: 'user.unique_id; user; delete',
    newest: operations,
    created_at: operations,
  });
  await describe(knex, 'sequence_versions', {
    tenant_id: ids,
    sequence_id: ids,
    version: operations,
    definition: 'user.content; account; delete',
    created_by: 'user.unique_id; user; delete',
    created_at: operations,
  });
  await describe(knex, 'launches', {
    tenant_id: ids,
    id: ids,
    sequence_id: ids,
    version: operations,
    request_key: operations,
    re_enter: operations,
    state: operations,
    paused_at: operations,
    created_by: 'user.unique_id; user; delete',
    created_at: operations,
    ended_at: operations,
  });
  await describe(knex, 'launch_lists', {
    tenant_id: ids,
    launch_id: ids,
    list_id: ids,
    enrolled_through: 'user.unique_id; contact; delete',
    done: operations,
  });
  await describe(knex, 'launch_mailboxes', { tenant_id: ids, launch_id: ids, mailbox_id: ids });
}
