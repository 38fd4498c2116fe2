import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why no foreign key and no name: these three tell that an account was deleted when nothing of it is left, so they hold ids, counts and
// instants only. The sample of addresses that the erasure is proved with is encrypted, and goes with the proof.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table account_deletions (
      tenant_id   uuid not null,
      id          uuid not null default gen_random_uuid(),
      state       text not null default 'frozen' check (state in ('frozen', 'purging', 'purged', 'closed', 'cancelled')),
      asked_by    uuid not null,
      asked_as    text not null check (asked_as in ('owner', 'officer')),
      asked_at    timestamptz not null default decorum.now(),
      grace_days  int  not null check (grace_days between 0 and 25),
      purge_at    timestamptz not null, -- when the grace ends
      live_due_at timestamptz not null, -- after the last day for the live data, as law/README.md counts
      backups_due_at timestamptz not null,
      purge_started_at timestamptz,
      purged_at   timestamptz, -- everything was erased, counted and found gone
      key_destroyed_at timestamptz,
      closed_at   timestamptz, -- no backup can restore anybody
      cancelled_at timestamptz,
      cancelled_by uuid,
      failures    int not null default 0, -- of the step that is due
      failed_at   timestamptz,
      told_day    int not null default 0, -- the last day on which officers were told that it is late
      probes      text, -- a vault token, until the proof
      primary key (tenant_id, id)
    );
    create unique index account_deletions_open on account_deletions (tenant_id) where state not in ('closed', 'cancelled');
    create table deletion_nodes (
      tenant_id   uuid not null,
      deletion_id uuid not null,
      node        text not null, -- 'table:contacts', 'executions', 'key', …
      state       text not null default 'open' check (state in ('open', 'done', 'skipped')),
      rows        bigint not null default 0,
      kept        bigint not null default 0,
      because     text not null default '', -- why something is kept or was skipped
      until       text not null default '',
      started_at  timestamptz not null default decorum.now(),
      done_at     timestamptz,
      primary key (tenant_id, deletion_id, node),
      foreign key (tenant_id, deletion_id) references account_deletions
    );
    create table deletion_certificates (
      tenant_id   uuid not null,
      id          uuid not null default gen_random_uuid(),
      deletion_id uuid not null,
      kind        text not null check (kind in ('live', 'final')),
      is_partial  boolean not null,
      issued_at   timestamptz not null default decorum.now(),
      jws         text not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, deletion_id) references account_deletions
    );
    create unique index deletion_certificates_once on deletion_certificates (tenant_id, deletion_id, kind);
  `);
  await wall(knex, 'account_deletions', 'select, insert, update');
  await wall(knex, 'deletion_nodes', 'select, insert, update');
  await wall(knex, 'deletion_certificates', 'select, insert');
  await knex.raw(`grant select on account_deletions to decorum_auditor`);
  const proof = 'keep: proof that an account was deleted; ids, counts and instants only';
  const operations = `system.operations; none; ${proof}`;
  const of = (table: string, names: string) =>
    describe(knex, table, Object.fromEntries(names.split(' ').map((name) => [name, operations])));
  for (const table of ['account_deletions', 'deletion_nodes', 'deletion_certificates'])
    await describe(knex, table, { tenant_id: `user.unique_id; account; ${proof}` });
  await of(
    'account_deletions',
    'id state asked_as asked_at grace_days purge_at live_due_at backups_due_at purge_started_at purged_at key_destroyed_at closed_at cancelled_at failures failed_at told_day',
  );
  await describe(knex, 'account_deletions', {
    asked_by: `user.unique_id; user; ${proof}`,
    cancelled_by: `user.unique_id; user; ${proof}`,
    probes: 'user.contact; account; keep: the proof itself empties it',
  });
  await of('deletion_nodes', 'deletion_id node state rows kept because until started_at done_at');
  await of('deletion_certificates', 'id deletion_id kind is_partial issued_at jws');
}
