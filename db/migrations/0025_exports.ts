import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why in the database, piece by piece: any worker goes on where another was killed, any API process serves any part of the file, and a
// purge takes it with everything else. A piece begins where the one before ended, so its key is where it stands in the file.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table exports (
      tenant_id    uuid not null references tenants,
      id           uuid not null default gen_random_uuid(),
      contact_id   uuid, -- whose data alone; empty: everything of the account. No foreign key: that it was handed out outlives the person
      state        text not null default 'asked' check (state in ('asked', 'running', 'done', 'cancelled', 'expired')),
      plan         jsonb, -- the tables and columns, as the catalogue had them at the start
      file         int    not null default 0, -- resume point: which of them is being written
      after        jsonb, -- and behind which key
      file_from    bigint, -- where its data begin in the archive; empty: not begun
      file_rows    bigint not null default 0,
      rows_planned bigint not null default 0, -- as counted at the start
      rows_written bigint not null default 0,
      bytes        bigint not null default 0,
      sha256       bytea check (octet_length(sha256) = 32), -- of the whole archive
      asked_by     uuid, -- empty: the product itself, before a deletion
      created_at   timestamptz not null default decorum.now(),
      done_at      timestamptz,
      expires_at   timestamptz,
      primary key (tenant_id, id),
      check ((state in ('done', 'expired')) = (expires_at is not null))
    );
    create unique index exports_one_at_a_time on exports (tenant_id, coalesce(contact_id, '00000000-0000-0000-0000-000000000000')) where state in ('asked', 'running');
    create index exports_newest on exports (tenant_id, created_at, id);

    create table export_files (
      tenant_id        uuid   not null,
      export_id        uuid   not null,
      name             text   not null,
      rows             bigint not null,
      bytes            bigint not null,
      compressed_bytes bigint not null,
      crc32            bigint not null,
      sha256           bytea  not null check (octet_length(sha256) = 32), -- read back from what is stored
      from_byte        bigint not null,
      primary key (tenant_id, export_id, from_byte),
      foreign key (tenant_id, export_id) references exports on delete cascade
    );
    create table export_chunks (
      tenant_id uuid   not null,
      export_id uuid   not null,
      from_byte bigint not null,
      bytes     bytea  not null,
      primary key (tenant_id, export_id, from_byte),
      foreign key (tenant_id, export_id) references exports on delete cascade
    );
    alter table export_chunks alter column bytes set storage external; -- deflated already
  `);
  for (const table of ['exports', 'export_files', 'export_chunks']) await wall(knex, table, 'select, insert, update, delete');
  const ids = 'user.unique_id; account; delete';
  const operations = 'system.operations; account; delete';
  const all = (words: string, names: string) => Object.fromEntries(names.split(' ').map((name) => [name, words]));
  await describe(knex, 'exports', {
    ...all(ids, 'tenant_id id'),
    ...all(
      operations,
      'state plan file file_from file_rows rows_planned rows_written bytes sha256 created_at done_at expires_at',
    ),
    contact_id: 'user.unique_id; contact; delete',
    after: 'user.unique_id; contact; delete', // a key may be a hash of an address
    asked_by: 'user.unique_id; user; delete',
  });
  await describe(knex, 'export_files', {
    ...all(ids, 'tenant_id export_id'),
    ...all(operations, 'name rows bytes compressed_bytes crc32 sha256 from_byte'),
  });
  await describe(knex, 'export_chunks', {
    ...all(ids, 'tenant_id export_id'),
    from_byte: operations,
    bytes: 'user.contact; contact; delete',
  });
}
