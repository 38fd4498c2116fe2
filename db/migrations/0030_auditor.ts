import type { Knex } from 'knex';
import { describe } from '../describe.ts';

// Why a role of its own beside the second road's: it sees every tenant at once, and therefore ids and instants only, column by column, and
// changes nothing but its own two tables. A policy that let the second road look past the walls would mix tenants in its look-ups.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table auditor_checks (
      invariant  text primary key, -- db/auditor/invariants.ts
      looked_at  timestamptz not null default clock_timestamp(), -- wall clock: the newest of all is the auditor's sign of life
      took_ms    int  not null,
      broken     int  not null, -- findings that stand, over all tenants
      failed     text -- why it could not look
    );
    create table auditor_findings (
      tenant_id  uuid not null, -- no foreign key: it outlives the tenant; of the machine itself the nil uuid
      id         uuid not null default gen_random_uuid(),
      invariant  text not null,
      subject    text not null, -- an id, a workflow id, a table
      facts      jsonb not null default '{}', -- ids and instants, never personal data
      first_seen_at timestamptz not null default clock_timestamp(), -- wall clock, all of them
      last_seen_at  timestamptz not null default clock_timestamp(),
      raised_at  timestamptz, -- it has stood for longer than the invariant's patience
      alarmed_at timestamptz,
      mended_at  timestamptz, -- not seen any more
      settled_at timestamptz, -- what cannot mend: somebody has dealt with it
      settled_by uuid,
      primary key (tenant_id, id)
    );
    create unique index auditor_findings_once on auditor_findings (tenant_id, invariant, subject) where mended_at is null;
    create index auditor_findings_newest on auditor_findings (tenant_id, first_seen_at desc, id);

    -- A synthetic opt-out a day and tenant, by the public link.
    create table auditor_canaries (
      tenant_id    uuid  not null,
      day          date  not null, -- UTC, wall clock
      subject_hash bytea not null check (octet_length(subject_hash) = 32),
      asked_at     timestamptz not null default clock_timestamp(),
      answered_at  timestamptz, -- with 200
      answer       text, -- of the last try
      honoured_at  timestamptz, -- its promise was seen closed
      primary key (tenant_id, day)
    );

    alter table auditor_findings enable row level security, force row level security;
    create policy tenant_wall on auditor_findings using (tenant_id = decorum.tenant());
    create policy machine on auditor_findings for select to decorum_app using (tenant_id = '00000000-0000-0000-0000-000000000000');
    create policy watcher on auditor_findings to decorum_watcher using (true);
    alter table auditor_canaries enable row level security, force row level security;
    create policy tenant_wall on auditor_canaries using (tenant_id = decorum.tenant());
    create policy watcher on auditor_canaries to decorum_watcher using (true);

    grant select on auditor_findings, auditor_canaries, auditor_checks to decorum_app;
    grant update (settled_at, settled_by) on auditor_findings to decorum_app;
    grant select, insert, update on auditor_checks, auditor_findings, auditor_canaries to decorum_watcher;
    grant delete on auditor_findings to decorum_watcher; -- of what went away before it was one

    -- What it reads: never a name, an address or a word that somebody wrote.
    grant usage on schema decorum to decorum_watcher;
    create policy watcher on tenants for select to decorum_watcher using (true);
    grant select (id, kind, clock_factor, clock_real_from, clock_legal_from, created_at) on tenants to decorum_watcher;
    create policy watcher on suppressions for select to decorum_watcher using (true);
    grant select (tenant_id, subject_hash, channel, scope_id, batch_id, asked_at, recorded_at) on suppressions to decorum_watcher;
    create policy watcher on suppression_batches for select to decorum_watcher using (true);
    grant select (tenant_id, id, source, asked_at, answered_at, done_at) on suppression_batches to decorum_watcher;
    create policy watcher on sends for select to decorum_watcher using (true);
    grant select (tenant_id, id, sequence_id, on_unknown, state, address_hash, domain_hash, wire_until, handed_at) on sends to decorum_watcher;
    create policy watcher on obligations for select to decorum_watcher using (true);
    grant select on obligations to decorum_watcher; -- holds ids and instants only
    create policy watcher on outbox for select to decorum_watcher using (true);
    grant select on outbox to decorum_watcher; -- the same
    create policy watcher on call_registries for select to decorum_watcher using (true);
    grant select (tenant_id, list, area_code, data_on) on call_registries to decorum_watcher;
    create policy watcher on breach_lines for select to decorum_watcher using (true);
    grant select (tenant_id, id, incident_id, key, suspended_ms) on breach_lines to decorum_watcher;
    create policy watcher on breach_events for select to decorum_watcher using (true);
    grant select (tenant_id, incident_id, id, kind) on breach_events to decorum_watcher;
    create policy watcher on account_deletions for select to decorum_watcher using (true);
    grant select (tenant_id, id, state) on account_deletions to decorum_watcher;
    create policy watcher on legal_holds for select to decorum_watcher using (true);
    grant select (tenant_id, id, kind, released_at) on legal_holds to decorum_watcher;
    grant select (id, state, taken_at, destroyed_at) on backups to decorum_watcher;
    grant select (id, state, started_at, ended_at) on restore_drills to decorum_watcher;

    -- The auditor may stop a tenant's sending, by the road of decorum_auditor, behind that tenant's wall; only people let it go on.
    grant select, insert on sending_stops to decorum_auditor;

    -- The auditor's own silence, noted by whoever sees it first. Answers true to that one alone.
    create function decorum.note_silence(patience interval) returns boolean
      language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      seen timestamptz := (select max(looked_at) from auditor_checks);
      noted int;
    begin
      if seen > clock_timestamp() - patience then return false; end if;
      perform set_config('decorum.tenant', '00000000-0000-0000-0000-000000000000', true);
      insert into auditor_findings (tenant_id, invariant, subject, facts, raised_at, alarmed_at)
        values ('00000000-0000-0000-0000-000000000000', 'auditor_silent', 'auditor', jsonb_build_object('lastLookAt', seen), clock_timestamp(), clock_timestamp())
        on conflict (tenant_id, invariant, subject) where mended_at is null do nothing;
      get diagnostics noted = row_count;
      return noted > 0;
    end $$;
    revoke execute on function decorum.note_silence(interval) from public;
    grant execute on function decorum.note_silence(interval) to decorum_app;
  `);
  const operations = 'system.operations; none; keep: no personal data';
  const proof = 'keep: proof of what the auditor saw; ids and instants only';
  await describe(knex, 'auditor_checks', {
    invariant: operations,
    looked_at: operations,
    took_ms: operations,
    broken: operations,
    failed: operations,
  });
  await describe(knex, 'auditor_findings', {
    tenant_id: `user.unique_id; account; ${proof}`,
    id: operations,
    invariant: operations,
    subject: `user.unique_id.pseudonymous; none; ${proof}`,
    facts: operations,
    first_seen_at: operations,
    last_seen_at: operations,
    raised_at: operations,
    alarmed_at: operations,
    mended_at: operations,
    settled_at: operations,
    settled_by: `user.unique_id; user; ${proof}`,
  });
  await describe(knex, 'auditor_canaries', {
    tenant_id: `user.unique_id; account; ${proof}`,
    day: operations,
    subject_hash: 'system.operations; none; keep: nobody has this address',
    asked_at: operations,
    answered_at: operations,
    answer: operations,
    honoured_at: operations,
  });
}
