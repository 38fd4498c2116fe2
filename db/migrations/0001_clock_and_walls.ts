import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why functions: the tenant and the legal instant belong to the transaction, and a query without them must fail, not answer empty.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema decorum;
    grant usage on schema decorum to decorum_app, decorum_dispatcher;

    create function decorum.tenant() returns uuid language sql stable
      as $$ select current_setting('decorum.tenant')::uuid $$;
    create function decorum.now() returns timestamptz language sql stable
      as $$ select current_setting('decorum.at')::timestamptz $$;

    create table tenants (
      id               uuid primary key default gen_random_uuid(),
      name             text not null,
      kind             text not null check (kind in ('real', 'demo', 'test', 'rehearsal')),
      postal_address   text not null default '',
      sending_domain   text not null default '',
      unsubscribe_text text not null default 'If you would rather not hear from us, unsubscribe here',
      ad_label         text, -- shown in every first message where the tenant has switched it on (15 U.S.C. 7704(a)(5)(A)(i))
      touches_per_quarter       int not null default 24 check (touches_per_quarter > 0),
      first_touches_per_company int not null default 3 check (first_touches_per_company > 0), -- a day
      hours_between_touches     int not null default 24 check (hours_between_touches >= 0),
      clock_factor     numeric not null default 1 check (clock_factor > 0),
      clock_real_from  timestamptz not null default statement_timestamp(), -- both the same instant, as a real tenant must have it
      clock_legal_from timestamptz not null default statement_timestamp(),
      created_at       timestamptz not null default clock_timestamp(),
      check (kind <> 'real' or (clock_factor = 1 and clock_real_from = clock_legal_from))
    );

    -- Real tenants live by the database's clock; demo, test and rehearsal tenants by one that is k times faster or set from outside.
    create function decorum.enter(tenant uuid, at timestamptz default null) returns timestamptz language plpgsql as $$
    declare
      t record;
      legal timestamptz := clock_timestamp();
    begin
      perform set_config('decorum.tenant', tenant::text, true);
      select kind, clock_factor, clock_real_from, clock_legal_from into t from tenants where id = tenant;
      if at is not null then
        if t.kind is null or t.kind = 'real' then
          raise exception 'A real tenant has the database''s clock and no other' using errcode = 'DC001';
        end if;
        legal := at;
      elsif t.kind is not null and t.kind <> 'real' then
        legal := t.clock_legal_from + (legal - t.clock_real_from) * t.clock_factor;
      end if;
      perform set_config('decorum.at', legal::text, true);
      return legal;
    end $$;

    -- Real time until a legal instant, in milliseconds: what a workflow sleeps. Strict, because greatest() passes over a null: without an
    -- instant the answer would be "now", and the workflow would look again and again.
    create function decorum.wait_ms(due timestamptz) returns double precision language sql stable strict as $$
      select greatest(0, ceil(extract(epoch from due - decorum.now()) * 1000 / coalesce((select clock_factor from tenants where id = decorum.tenant()), 1)))::double precision
    $$;
  `);
  await wall(knex, 'tenants', 'select, insert, update', 'id');
  await describe(knex, 'tenants', {
    id: 'user.unique_id; account; keep: certificates name it',
    name: 'user.workplace; account; anonymise',
    kind: 'system.operations; none; keep: no personal data',
    postal_address: 'user.contact.address; account; anonymise',
    sending_domain: 'user.workplace; account; anonymise',
    unsubscribe_text: 'user.content; account; anonymise',
    ad_label: 'user.content; account; anonymise',
    touches_per_quarter: 'system.operations; none; keep: no personal data',
    first_touches_per_company: 'system.operations; none; keep: no personal data',
    hours_between_touches: 'system.operations; none; keep: no personal data',
    clock_factor: 'system.operations; none; keep: no personal data',
    clock_real_from: 'system.operations; none; keep: no personal data',
    clock_legal_from: 'system.operations; none; keep: no personal data',
    created_at: 'system.operations; none; keep: no personal data',
  });
}
