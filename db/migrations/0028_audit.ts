import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why neither update nor delete is granted: an entry is never taken back by code, and whoever takes one back otherwise breaks the chain.
// Why ids only: the log outlives the people in it, so there must be nothing in it to delete (P7).
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table audit_log (
      tenant_id    uuid   not null, -- no foreign key: what was done to a workspace outlives it
      seq          bigint not null check (seq > 0),
      recorded_at  timestamptz not null, -- wall clock, to the millisecond
      via          text   not null check (via in ('session', 'token', 'public', 'system')),
      user_id      uuid, -- no foreign key, for the same reason; empty: nobody was known, or the product itself
      action       text   not null check (length(action) between 1 and 200),
      subject_kind text   not null check (length(subject_kind) between 1 and 100),
      subject_id   text   check (length(subject_id) between 1 and 100),
      place        bytea  check (octet_length(place) = 16), -- keyed hash of the network address
      hash         bytea  not null check (octet_length(hash) = 32), -- over the entry and the hash of the one before
      primary key (tenant_id, seq)
    );
    create index audit_log_by_user on audit_log (tenant_id, user_id, seq);
    create index audit_log_by_subject on audit_log (tenant_id, subject_id, seq);

    create table audit_heads (
      tenant_id uuid   not null,
      seq       bigint not null check (seq > 0),
      hash      bytea  not null check (octet_length(hash) = 32),
      signed_at timestamptz not null,
      signature bytea  not null check (octet_length(signature) = 64), -- Ed25519
      primary key (tenant_id, seq)
    );
  `);
  await wall(knex, 'audit_log', 'select, insert');
  await wall(knex, 'audit_heads', 'select, insert');
  await knex.raw(`
    create policy chains on audit_log for select to current_user using (true);
    create policy chains on audit_heads for select to current_user using (true);

    -- Every chain with its length and how far it is signed; from tenant to tenant by the key, however long the chains are.
    create function decorum.audit_chains() returns table (tenant_id uuid, seq bigint, signed_seq bigint)
      language sql stable security definer set search_path = public, pg_temp as $$
      with recursive chain as (
        (select l.tenant_id, l.seq from audit_log l order by l.tenant_id desc, l.seq desc limit 1)
        union all
        select n.tenant_id, n.seq from chain c, lateral (
          select l.tenant_id, l.seq from audit_log l where l.tenant_id < c.tenant_id order by l.tenant_id desc, l.seq desc limit 1) n
      )
      select c.tenant_id, c.seq, coalesce((select max(h.seq) from audit_heads h where h.tenant_id = c.tenant_id), 0) from chain c $$;
    revoke execute on function decorum.audit_chains() from public;
    grant execute on function decorum.audit_chains() to decorum_app;
  `);
  const kept = (category: string, owner: string) => `${category}; ${owner}; keep: proof of who did what, ids only`;
  await describe(knex, 'audit_log', {
    tenant_id: kept('user.unique_id', 'account'),
    seq: kept('system.operations', 'none'),
    recorded_at: kept('system.operations', 'none'),
    via: kept('system.operations', 'none'),
    user_id: kept('user.unique_id', 'user'),
    action: kept('system.operations', 'none'),
    subject_kind: kept('system.operations', 'none'),
    subject_id: kept('system.operations', 'none'),
    place: kept('system.operations', 'none'),
    hash: kept('system.operations', 'none'),
  });
  await describe(knex, 'audit_heads', {
    tenant_id: kept('user.unique_id', 'account'),
    seq: kept('system.operations', 'none'),
    hash: kept('system.operations', 'none'),
    signed_at: kept('system.operations', 'none'),
    signature: kept('system.operations', 'none'),
  });
}
