import type { Knex } from 'knex';
import { describe, wall } from '../describe.ts';

// Why no foreign key to contacts: whether a contact may go is decided by the erasure, which reads the hold, and not by an error of a key.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table legal_holds (
      tenant_id  uuid not null references tenants,
      id         uuid not null default gen_random_uuid(),
      kind       text not null check (kind in ('account', 'contact', 'matter')),
      matter     text not null default '', -- name of the proceeding
      reason     text not null check (length(reason) > 0),
      placed_by  uuid not null,
      placed_at  timestamptz not null default decorum.now(),
      released_by uuid,
      released_at timestamptz,
      release_reason text,
      primary key (tenant_id, id),
      check ((kind = 'matter') = (matter <> '')),
      check ((released_at is null) = (release_reason is null))
    );
    create index legal_holds_in_force on legal_holds (tenant_id, kind) where released_at is null;
    create table legal_hold_contacts (
      tenant_id  uuid not null,
      hold_id    uuid not null,
      contact_id uuid not null,
      primary key (tenant_id, contact_id, hold_id),
      foreign key (tenant_id, hold_id) references legal_holds on delete cascade
    );
    create index legal_hold_contacts_by_hold on legal_hold_contacts (tenant_id, hold_id, contact_id);
  `);
  await wall(knex, 'legal_holds', 'select, insert, update, delete');
  await wall(knex, 'legal_hold_contacts', 'select, insert, delete');
  await describe(knex, 'legal_holds', {
    tenant_id: 'user.unique_id; account; delete',
    id: 'system.operations; account; delete',
    kind: 'system.operations; account; delete',
    matter: 'user.content; account; delete',
    reason: 'user.content; account; delete',
    placed_by: 'user.unique_id; account; delete',
    placed_at: 'system.operations; account; delete',
    released_by: 'user.unique_id; account; delete',
    released_at: 'system.operations; account; delete',
    release_reason: 'user.content; account; delete',
  });
  await describe(knex, 'legal_hold_contacts', {
    tenant_id: 'user.unique_id; account; delete',
    hold_id: 'system.operations; account; delete',
    contact_id: 'user.unique_id; contact; delete',
  });
}
