import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table companies (
      tenant_id  uuid not null references tenants,
      id         uuid not null default gen_random_uuid(),
      name       text not null,
      name_key   text not null generated always as (lower(name)) stored,
      domain     text, -- canonical; empty for free mail: that is no company
      industry   text not null default '',
      about      text not null default '',
      owner_id   uuid,
      created_at timestamptz not null default decorum.now(),
      primary key (tenant_id, id),
      foreign key (tenant_id, owner_id) references users on delete set null (owner_id)
    );
    create unique index companies_domain on companies (tenant_id, domain) where domain is not null;
    -- Behind a wall an index on lower(name) is of no use to a condition: lower() is not leakproof. Hence the generated columns.
    create unique index companies_name on companies (tenant_id, name_key) where domain is null;
    create index companies_by_name on companies (tenant_id, name_key, id);

    create table imports (
      tenant_id  uuid not null references tenants,
      id         uuid not null default gen_random_uuid(),
      file_name  text not null,
      state      text not null default 'uploading' check (state in ('uploading', 'mapping', 'running', 'done', 'failed')),
      failure    text check (failure in ('unreadable', 'encoding', 'no_header', 'no_identity_column', 'cancelled')),
      encoding   text,
      delimiter  text,
      header     jsonb,
      mapping    jsonb, -- { column index: contact field }
      options    jsonb not null default '{}', -- { ownerId, listId, tags, existing }
      bytes      bigint not null default 0,
      rows_read  bigint not null default 0, -- resume point: rows of the file already accounted for
      accepted   bigint not null default 0,
      updated    bigint not null default 0, -- of the accepted: merged into a contact that was already there
      suppressed bigint not null default 0, -- of the accepted: have opted out, and stay so
      duplicate  bigint not null default 0,
      rejected   jsonb not null default '{}', -- { reason: count }
      created_by uuid not null,
      created_at timestamptz not null default decorum.now(),
      done_at    timestamptz,
      primary key (tenant_id, id)
    );
    -- The file lives in the database until its import has ended: any worker can go on after a crash.
    create table import_chunks (
      tenant_id uuid  not null,
      import_id uuid  not null,
      n         int   not null,
      bytes     bytea not null,
      primary key (tenant_id, import_id, n),
      foreign key (tenant_id, import_id) references imports on delete cascade
    );
    -- One row a refused row: number and reason, and the cells only where they may be kept.
    create table import_refusals (
      tenant_id  uuid   not null,
      import_id  uuid   not null,
      row_number bigint not null,
      reason     text   not null check (reason in ('column_count', 'never_collected', 'missing_identity', 'invalid_email', 'duplicate', 'suppressed', 'erased')),
      cells      jsonb,
      primary key (tenant_id, import_id, row_number),
      foreign key (tenant_id, import_id) references imports on delete cascade
    );

    create table contacts (
      tenant_id    uuid not null references tenants,
      id           uuid not null default gen_random_uuid(),
      email        text, -- as it was given; canonical_email is the identity
      canonical_email text,
      address_hash bytea check (octet_length(address_hash) = 32), -- keyed hash of canonical_email
      domain_hash  bytea check (octet_length(domain_hash) = 32), -- keyed hash of '@' + its domain
      company_key  text, -- canonical domain of the address; empty for free mail, which is no company
      first_name   text not null default '',
      last_name    text not null default '',
      name_key     text not null generated always as (lower(last_name || ' ' || first_name)) stored,
      title        text not null default '',
      phone        text,
      company_id   uuid,
      company_name text not null default '',
      industry     text not null default '',
      company_about text not null default '',
      city         text not null default '',
      state        text not null default '',
      postal_code  text not null default '',
      country      text not null default '',
      zone         text, -- IANA, of the address, when known; else it follows from state or country
      owner_id     uuid,
      tags         text[] not null default '{}',
      extra        jsonb not null default '{}', -- further columns of an import, by header; for templates
      import_id    uuid,
      import_row   bigint,
      created_at   timestamptz not null default decorum.now(),
      updated_at   timestamptz not null default decorum.now(),
      primary key (tenant_id, id),
      foreign key (tenant_id, company_id) references companies on delete set null (company_id),
      foreign key (tenant_id, owner_id) references users on delete set null (owner_id),
      foreign key (tenant_id, import_id) references imports on delete set null (import_id),
      check (canonical_email is not null or phone is not null),
      check ((canonical_email is null) = (address_hash is null) and (address_hash is null) = (domain_hash is null))
    );
    create unique index contacts_identity on contacts (tenant_id, canonical_email);
    create unique index contacts_import on contacts (tenant_id, import_id, import_row) where canonical_email is null; -- a resumed batch makes no double phone-only row
    create index contacts_by_hash on contacts (tenant_id, address_hash);
    create index contacts_by_domain_hash on contacts (tenant_id, domain_hash);
    create index contacts_by_company on contacts (tenant_id, company_id);
    create index contacts_by_name on contacts (tenant_id, name_key, id);

    create table lists (
      tenant_id  uuid not null references tenants,
      id         uuid not null default gen_random_uuid(),
      name       text not null,
      source     text not null check (source in ('static', 'import', 'filter')),
      filter     jsonb, -- of a list made by a filter, as it was when the list was made
      created_by uuid not null,
      created_at timestamptz not null default decorum.now(),
      primary key (tenant_id, id)
    );
    create unique index lists_name on lists (tenant_id, lower(name));
    create table list_members (
      tenant_id  uuid not null,
      list_id    uuid not null,
      contact_id uuid not null,
      primary key (tenant_id, list_id, contact_id),
      foreign key (tenant_id, list_id) references lists on delete cascade,
      foreign key (tenant_id, contact_id) references contacts on delete cascade
    );
    create index list_members_by_contact on list_members (tenant_id, contact_id);

    -- Why a keyed hash: a person who was deleted on request must not come back by a re-import (P7).
    create table erased_people (
      tenant_id    uuid  not null references tenants,
      address_hash bytea not null check (octet_length(address_hash) = 32),
      erased_at    timestamptz not null default decorum.now(),
      primary key (tenant_id, address_hash)
    );
  `);
  for (const table of ['companies', 'imports', 'import_chunks', 'import_refusals', 'contacts', 'lists', 'list_members']) {
    await wall(knex, table, 'select, insert, update, delete');
  }
  await wall(knex, 'erased_people', 'select, insert');
  await describe(knex, 'companies', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'user.unique_id; account; delete',
    name: 'user.workplace; account; delete',
    name_key: 'user.workplace; account; delete',
    domain: 'user.workplace; account; delete',
    industry: 'user.workplace; account; delete',
    about: 'user.workplace; account; delete',
    owner_id: 'user.unique_id; user; delete',
    created_at: 'system.operations; account; delete',
  });
  await describe(knex, 'imports', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'user.unique_id; account; delete',
    file_name: 'user.content; account; delete',
    state: 'system.operations; account; delete',
    failure: 'system.operations; account; delete',
    encoding: 'system.operations; account; delete',
    delimiter: 'system.operations; account; delete',
    header: 'user.content; account; delete',
    mapping: 'system.operations; account; delete',
    options: 'system.operations; account; delete',
    bytes: 'system.operations; account; delete',
    rows_read: 'system.operations; account; delete',
    accepted: 'system.operations; account; delete',
    updated: 'system.operations; account; delete',
    suppressed: 'system.operations; account; delete',
    duplicate: 'system.operations; account; delete',
    rejected: 'system.operations; account; delete',
    created_by: 'user.unique_id; user; delete',
    created_at: 'system.operations; account; delete',
    done_at: 'system.operations; account; delete',
  });
  await describe(knex, 'import_chunks', {
    tenant_id: 'user.unique_id; account; delete',
    import_id: 'user.unique_id; account; delete',
    n: 'system.operations; account; delete',
    bytes: 'user.contact; contact; delete',
  });
  await describe(knex, 'import_refusals', {
    tenant_id: 'user.unique_id; account; delete',
    import_id: 'user.unique_id; account; delete',
    row_number: 'system.operations; account; delete',
    reason: 'system.operations; account; delete',
    cells: 'user.contact; contact; delete',
  });
  await describe(knex, 'contacts', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'user.unique_id; contact; delete',
    email: 'user.contact.email; contact; delete',
    canonical_email: 'user.contact.email; contact; delete',
    address_hash: 'user.unique_id.pseudonymous; contact; delete',
    domain_hash: 'user.unique_id.pseudonymous; contact; delete',
    company_key: 'user.workplace; contact; delete',
    first_name: 'user.name; contact; delete',
    last_name: 'user.name; contact; delete',
    name_key: 'user.name; contact; delete',
    title: 'user.job_title; contact; delete',
    phone: 'user.contact.phone_number; contact; delete',
    company_id: 'user.workplace; contact; delete',
    company_name: 'user.workplace; contact; delete',
    industry: 'user.workplace; contact; delete',
    company_about: 'user.workplace; contact; delete',
    city: 'user.contact.address.city; contact; delete',
    state: 'user.contact.address.state; contact; delete',
    postal_code: 'user.contact.address.postal_code; contact; delete',
    country: 'user.contact.address.country; contact; delete',
    zone: 'user.location; contact; delete',
    owner_id: 'user.unique_id; user; delete',
    tags: 'user.content; contact; delete',
    extra: 'user.content; contact; delete',
    import_id: 'system.operations; contact; delete',
    import_row: 'system.operations; contact; delete',
    created_at: 'system.operations; contact; delete',
    updated_at: 'system.operations; contact; delete',
  });
  await describe(knex, 'lists', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'user.unique_id; account; delete',
    name: 'user.content; account; delete',
    source: 'system.operations; account; delete',
    filter: 'user.content; account; delete',
    created_by: 'user.unique_id; user; delete',
    created_at: 'system.operations; account; delete',
  });
  await describe(knex, 'list_members', {
    tenant_id: 'user.unique_id; account; delete',
    list_id: 'user.unique_id; account; delete',
    contact_id: 'user.unique_id; contact; delete',
  });
  await describe(knex, 'erased_people', {
    tenant_id: 'user.unique_id; account; keep: the erasure outlives the account',
    address_hash: 'user.unique_id.pseudonymous; contact; keep: a deleted person must not come back by an import',
    erased_at: 'system.operations; contact; keep: evidence of the erasure',
  });
}
