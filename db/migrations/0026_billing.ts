import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why a schema and a role of its own: after the purge of an account nothing of the product can read what it paid, and the role that keeps
// the records can read nothing else. Why a trigger moves them: whoever else deletes a row of the ledger, in whatever order a purge goes
// through the tables, leaves the minimum of it here.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema billing;
    create table billing_transactions (
      tenant_id    uuid not null references tenants,
      id           uuid not null default gen_random_uuid(),
      number       text not null check (length(number) between 1 and 64), -- of the invoice or the receipt
      kind         text not null check (kind in ('charge', 'refund')),
      customer     text not null check (length(customer) between 1 and 200), -- the entity, as it was billed
      occurred_on  date not null,
      currency     text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
      items        jsonb not null, -- [{ description, quantity, amountCents }]
      net_cents    bigint not null check (net_cents >= 0),
      tax_cents    bigint not null check (tax_cents >= 0),
      total_cents  bigint not null generated always as (net_cents + tax_cents) stored,
      processor_id text not null, -- Stripe's; never a card's number
      keep_until   timestamptz not null, -- domain/billingRetention.ts
      recorded_by  uuid not null,
      recorded_at  timestamptz not null default clock_timestamp(),
      primary key (tenant_id, id)
    );
    create unique index billing_transactions_number on billing_transactions (tenant_id, number);
    create unique index billing_transactions_processor on billing_transactions (tenant_id, processor_id);
    create index billing_transactions_newest on billing_transactions (tenant_id, occurred_on, id);
    create index billing_transactions_due on billing_transactions (tenant_id, keep_until, id);

    create table billing.records (
      tenant_id    uuid not null, -- no foreign key: the record outlives the account
      id           uuid not null,
      number       text not null,
      kind         text not null,
      customer     text not null,
      occurred_on  date not null,
      currency     text not null,
      items        jsonb not null,
      net_cents    bigint not null,
      tax_cents    bigint not null,
      total_cents  bigint not null,
      processor_id text not null,
      keep_until   timestamptz not null,
      detached_at  timestamptz not null,
      primary key (tenant_id, id)
    );
    create index records_due on billing.records (tenant_id, keep_until, id);
    alter table billing.records enable row level security, force row level security;
    create policy tenant_wall on billing.records using (tenant_id = decorum.tenant());
    alter table billing.records alter column tenant_id set statistics 0;

    create function billing.keep_the_minimum() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      if session_user <> 'decorum_billing' and not decorum.is_rehearsal(old.tenant_id) then -- that role deletes for good
        insert into billing.records
          select old.tenant_id, old.id, old.number, old.kind, old.customer, old.occurred_on, old.currency, old.items, old.net_cents,
            old.tax_cents, old.total_cents, old.processor_id, old.keep_until, decorum.now()
          on conflict do nothing;
      end if;
      return old;
    end $$;
    revoke execute on function billing.keep_the_minimum() from public;
    create trigger billing_leaves_the_minimum before delete on billing_transactions
      for each row execute function billing.keep_the_minimum();

    -- Detaches what the present account has paid; answers how many records are kept, and until when the last.
    create function decorum.detach_billing() returns table (kept bigint, until timestamptz)
      language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      delete from billing_transactions where tenant_id = decorum.tenant();
      return query select count(*), max(r.keep_until) from billing.records r where r.tenant_id = decorum.tenant();
    end $$;
    revoke execute on function decorum.detach_billing() from public;
    grant execute on function decorum.detach_billing() to decorum_app;

    -- Accounts whose records nobody looks after, or whose record is a day past its time: for the daily sweep. As the owner, past the walls.
    create policy looked_after on billing.records for select to current_user using (true);
    create policy looked_after on billing_transactions for select to current_user using (true);
    create policy looked_after on outbox for select to current_user using (true);
    create function billing.neglected(most int) returns setof uuid
      language sql stable security definer set search_path = public, pg_temp as $$
      select r.tenant_id from (
        select tenant_id, min(keep_until) as first from (
          select tenant_id, keep_until from billing.records union all select tenant_id, keep_until from billing_transactions) as every
        group by tenant_id) as r
      left join tenants t on t.id = r.tenant_id
      where not exists (select from outbox o where o.tenant_id = r.tenant_id and o.workflow_id = 'billing/' || r.tenant_id and o.state = 'open')
         or r.first + interval '1 day' < coalesce(t.clock_legal_from + (clock_timestamp() - t.clock_real_from) * t.clock_factor, clock_timestamp())
      order by r.tenant_id limit most
    $$;
    revoke execute on function billing.neglected(int) from public;

    grant usage on schema billing, decorum to decorum_billing;
    grant execute on function billing.neglected(int) to decorum_billing;
    grant select, delete on billing.records, billing_transactions to decorum_billing;
    grant select on database_open, tenants, legal_holds, legal_hold_contacts to decorum_billing;
    grant select, insert, update on obligations, outbox to decorum_billing;
  `);
  await wall(knex, 'billing_transactions', 'select, insert, delete');
  const kept = 'keep: billing transaction records, 7 years from the transaction (P7)';
  const all = (names: string, words: string) => Object.fromEntries(names.split(' ').map((name) => [name, words]));
  const figures = 'number kind occurred_on currency items net_cents tax_cents total_cents processor_id';
  await describe(knex, 'billing_transactions', {
    ...all('tenant_id id', 'user.unique_id; account; delete'),
    ...all(figures, 'user.financial; account; delete'),
    customer: 'user.workplace; account; delete',
    ...all('keep_until recorded_at', 'system.operations; account; delete'),
    recorded_by: 'user.unique_id; user; delete',
  });
  await describe(knex, 'billing.records', {
    ...all('tenant_id id', `user.unique_id; account; ${kept}`),
    ...all(figures, `user.financial; account; ${kept}`),
    customer: `user.workplace; account; ${kept}`,
    ...all('keep_until detached_at', `system.operations; account; ${kept}`),
  });
}
