import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why the person's row has no address: it is read from the contact when the notice goes out, so that an erasure erases it here too.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table breach_settings (
      tenant_id  uuid not null references tenants,
      four_eyes  boolean not null default false, -- two officers approve a notice
      default_off_because text, -- a reason switches the unapproved notice off
      per_second double precision check (per_second > 0), -- what the last drill measured
      changed_by uuid not null,
      primary key (tenant_id)
    );
    create table breach_incidents (
      tenant_id   uuid not null references tenants,
      id          uuid not null default gen_random_uuid(),
      title       text not null,
      is_drill    boolean not null default false,
      compression int  not null default 1 check (compression between 1 and 10000), -- a drill's clocks run so many times faster
      facts       jsonb not null, -- domain/breachFacts.ts, as of the last event
      revision    int  not null default 1, -- of facts and words together: an approval is of one
      state       text not null default 'open' check (state in ('open', 'closed')),
      notice_at   timestamptz, -- when sending begins; empty: switched off, or nobody is to be told
      notice_because text check (notice_because in ('default', 'approved')),
      notice_started_at timestamptz,
      progressed_at timestamptz, -- legal: somebody was written to
      suspended_ms bigint not null default 0, -- by law enforcement, for everybody
      opened_by   uuid not null,
      opened_at   timestamptz not null default decorum.now(),
      closed_at   timestamptz,
      primary key (tenant_id, id),
      check (is_drill or compression = 1)
    );
    create index breach_incidents_open on breach_incidents (notice_at) where state = 'open';
    -- Everything that was known, decided and done, in order. Nothing in it is changed: a correction is a new row.
    create table breach_events (
      tenant_id   uuid   not null,
      incident_id uuid   not null,
      id          bigint not null generated always as identity,
      at          timestamptz not null default decorum.now(),
      kind        text   not null,
      by_user     uuid, -- empty: the software
      detail      jsonb  not null default '{}',
      recorded_at timestamptz not null default clock_timestamp(),
      primary key (tenant_id, incident_id, id),
      foreign key (tenant_id, incident_id) references breach_incidents
    );
    create table breach_scopes (
      tenant_id   uuid not null,
      id          uuid not null default gen_random_uuid(),
      incident_id uuid not null,
      kind        text not null check (kind in ('list', 'contacts', 'users')),
      list_id     uuid,
      states      text[] not null default '{}', -- of a query over the contacts; none: wherever they live
      tag         text,
      through     uuid, -- keyset resume point
      done        boolean not null default false,
      added_by    uuid not null,
      added_at    timestamptz not null default decorum.now(),
      primary key (tenant_id, id),
      foreign key (tenant_id, incident_id) references breach_incidents,
      foreign key (tenant_id, list_id) references lists
    );
    create index breach_scopes_open on breach_scopes (tenant_id, incident_id) where not done;
    create table breach_letters (
      tenant_id   uuid not null,
      id          uuid not null default gen_random_uuid(),
      incident_id uuid not null,
      audience    text not null check (audience in ('users', 'regulators', 'bureaus')),
      place       text not null,
      text_hash   bytea not null check (octet_length(text_hash) = 32),
      subject     text not null,
      body        text not null,
      made_at     timestamptz not null default decorum.now(),
      primary key (tenant_id, id),
      foreign key (tenant_id, incident_id) references breach_incidents
    );
    create unique index breach_letters_once on breach_letters (tenant_id, incident_id, audience, place, text_hash);
    create table breach_people (
      tenant_id   uuid not null,
      incident_id uuid not null,
      person_id   uuid not null, -- a contact or a user
      kind        text not null check (kind in ('contact', 'user')),
      scope_id    uuid not null,
      state       text not null default '', -- of residence; empty: unknown
      notice      text not null default 'waiting' check (notice in ('waiting', 'sending', 'sent', 'refused', 'bounced', 'post', 'unreachable', 'told_otherwise')),
      letter_id   uuid,
      attempts    int not null default 0,
      leased_until timestamptz, -- wall clock: a lease, and the pause before another attempt
      message_id  text,
      answer      text, -- the mail server's code
      sent_at     timestamptz,
      note        text,
      added_at    timestamptz not null default decorum.now(),
      primary key (tenant_id, incident_id, person_id),
      foreign key (tenant_id, incident_id) references breach_incidents,
      foreign key (tenant_id, scope_id) references breach_scopes,
      foreign key (tenant_id, letter_id) references breach_letters
    );
    create index breach_people_owed on breach_people (tenant_id, incident_id, person_id) where notice in ('waiting', 'sending');
    create index breach_people_undone on breach_people (tenant_id, incident_id, person_id) where notice in ('refused', 'bounced', 'post', 'unreachable');
    create table breach_words (
      tenant_id   uuid not null,
      incident_id uuid not null,
      audience    text not null check (audience in ('users', 'regulators', 'bureaus')),
      place       text not null,
      subject     text not null,
      body        text not null,
      changed_by  uuid not null,
      primary key (tenant_id, incident_id, audience, place),
      foreign key (tenant_id, incident_id) references breach_incidents
    );
    create table breach_approvals (
      tenant_id   uuid not null,
      incident_id uuid not null,
      revision    int  not null,
      by_user     uuid not null,
      at          timestamptz not null default decorum.now(),
      primary key (tenant_id, incident_id, revision, by_user),
      foreign key (tenant_id, incident_id) references breach_incidents
    );
    -- The plan: each line has an obligation of the same id as its subject.
    create table breach_lines (
      tenant_id   uuid not null,
      id          uuid not null default gen_random_uuid(),
      incident_id uuid not null,
      key         text not null,
      audience    text not null check (audience in ('users', 'regulators', 'bureaus')),
      state       text not null,
      recipient   text not null,
      due         text not null, -- as the law counts: an instant, or a date that ends in UTC
      due_at      timestamptz not null,
      strictly_before boolean not null,
      with_notice boolean not null,
      conditional boolean not null,
      is_doubtful boolean not null,
      citation    text not null,
      channel     text not null,
      content     text not null,
      law_version text not null,
      suspended_ms bigint not null default 0,
      dropped     boolean not null default false, -- by corrected facts, with an officer's reason
      email       text, -- where the regulator takes it by e-mail
      filed_at    timestamptz,
      filed_by    uuid,
      filed_note  text,
      receipt_name text,
      receipt     bytea,
      primary key (tenant_id, id),
      foreign key (tenant_id, incident_id) references breach_incidents
    );
    create unique index breach_lines_once on breach_lines (tenant_id, incident_id, key);
    -- What law enforcement asks for, or a decision not to notify: in force once a second officer has confirmed it.
    create table breach_holds (
      tenant_id   uuid not null,
      id          uuid not null default gen_random_uuid(),
      incident_id uuid not null,
      kind        text not null check (kind in ('risk_of_harm', 'encryption', 'law_enforcement')),
      audiences   text[] not null default '{users,bureaus}', -- that the document names
      states      text[] not null default '{}', -- none: everywhere
      until_at    timestamptz, -- of a law-enforcement hold
      reason      text not null,
      authority   text not null default '',
      document_name text,
      document    bytea,
      asked_by    uuid not null,
      asked_at    timestamptz not null default decorum.now(),
      confirmed_by uuid,
      confirmed_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, incident_id) references breach_incidents,
      check (confirmed_by <> asked_by),
      check ((kind = 'law_enforcement') = (until_at is not null and document is not null))
    );
    create index breach_holds_by_incident on breach_holds (tenant_id, incident_id);
  `);
  const open = 'select, insert, update';
  for (const table of ['breach_settings', 'breach_incidents', 'breach_scopes', 'breach_people', 'breach_lines', 'breach_holds']) {
    await wall(knex, table, open);
  }
  await wall(knex, 'breach_words', `${open}, delete`);
  for (const table of ['breach_events', 'breach_letters', 'breach_approvals']) await wall(knex, table, 'select, insert');

  const proof = 'keep: proof that a breach was notified';
  const operations = `system.operations; none; ${proof}`;
  const user = `user.unique_id; user; ${proof}`;
  const person = `user.unique_id; contact; ${proof}`;
  const words = `user.content; account; ${proof}`;
  const of = async (table: string, names: string, comment: string) =>
    describe(knex, table, Object.fromEntries(names.split(' ').map((name) => [name, comment])));
  const tables = 'settings incidents events scopes letters people words approvals lines holds';
  for (const table of tables.split(' ')) await of(`breach_${table}`, 'tenant_id', `user.unique_id; account; ${proof}`);
  await of('breach_settings', 'four_eyes default_off_because per_second', operations);
  await of('breach_settings', 'changed_by', user);
  await of(
    'breach_incidents',
    'id is_drill compression revision state notice_at notice_because notice_started_at progressed_at suspended_ms opened_at closed_at',
    operations,
  );
  await of('breach_incidents', 'title facts', words);
  await of('breach_incidents', 'opened_by', user);
  await of('breach_events', 'incident_id id at kind recorded_at', operations);
  await of('breach_events', 'detail', words);
  await of('breach_events', 'by_user', user);
  await of('breach_scopes', 'id incident_id kind list_id states tag through done added_at', operations);
  await of('breach_scopes', 'added_by', user);
  await of('breach_letters', 'id incident_id audience place text_hash made_at', operations);
  await of('breach_letters', 'subject body', words);
  await of(
    'breach_people',
    'incident_id kind scope_id letter_id attempts leased_until answer sent_at added_at notice',
    operations,
  );
  await of('breach_people', 'person_id message_id', person);
  await of('breach_people', 'state', 'user.contact.address.state; contact; delete');
  await of('breach_people', 'note', 'user.content; contact; delete');
  await of('breach_words', 'incident_id audience place', operations);
  await of('breach_words', 'subject body', words);
  await of('breach_words', 'changed_by', user);
  await of('breach_approvals', 'incident_id revision at', operations);
  await of('breach_approvals', 'by_user', user);
  await of(
    'breach_lines',
    'id incident_id key audience state recipient due due_at strictly_before with_notice conditional is_doubtful citation channel content law_version suspended_ms dropped email filed_at receipt_name',
    operations,
  );
  await of('breach_lines', 'filed_note receipt', words);
  await of('breach_lines', 'filed_by', user);
  await of(
    'breach_holds',
    'id incident_id kind audiences states until_at authority document_name asked_at confirmed_at',
    operations,
  );
  await of('breach_holds', 'reason document', words);
  await of('breach_holds', 'asked_by confirmed_by', user);
}
