import type { Knex } from 'knex';
import { describe } from '../describe.ts';

// Why the tenant no longer leads them: every statement carries it, from the wall, so each of these could be read for "all that the tenant
// has". A planner that takes a tenant for a two-hundredth of a table (decision 0010) finds that as cheap as the key while the table is
// small, and a plan that it keeps stays so: 20,000 rows read for each message. What leads now is an id or a hash of the tenant's own.
// Why some states are spelled in another way: db/few.ts.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table mailboxes add column room_left int, add column room_of int; -- db/claims.ts
    drop index sends_once, sends_next, sends_expiring, sends_counted, sends_open_by_address, sends_open_by_domain, sends_claimed,
      sends_handing, sends_by_launch, sends_by_contact, sends_sent, sends_by_variant;
    create unique index sends_once on sends (enrolment_id, step, tenant_id); -- at most once per step
    create index sends_next on sends (mailbox_id, priority, due_at, id) where state = 'planned';
    create index sends_expiring on sends (mailbox_id, expires_at) where ('' || state) = 'planned';
    create index sends_counted on sends (mailbox_id, counted_at) where state in ('claimed', 'handing', 'sent', 'unknown');
    create index sends_open_by_address on sends (address_hash) where ('' || state) in ('planned', 'held', 'claimed', 'handing');
    create index sends_open_by_domain on sends (domain_hash) where ('' || state) in ('planned', 'held', 'claimed', 'handing');
    create index sends_claimed on sends (mailbox_id, claimed_until) where state = 'claimed';
    create index sends_handing on sends (mailbox_id, wire_until) where state = 'handing';
    create index sends_by_launch on sends (launch_id, state, step);
    create index sends_by_contact on sends (contact_id);
    create index sends_sent on sends (address_hash, sent_at) where state in ('sent', 'unknown');
    create index sends_by_variant on sends (launch_id, variant_test, variant) where variant is not null;

    drop index enrolments_person, enrolments_one_active, enrolments_due, enrolments_open, enrolments_resume, enrolments_by_contact,
      enrolments_by_mailbox;
    create unique index enrolments_person on enrolments (launch_id, contact_id, tenant_id);
    create unique index enrolments_one_active on enrolments (contact_id, tenant_id) where exclusive and state in ('waiting', 'queued', 'paused');
    create index enrolments_due on enrolments (launch_id, cohort, next_at) where state = 'waiting';
    create index enrolments_open on enrolments (launch_id, cohort) where state in ('waiting', 'queued', 'paused');
    create index enrolments_resume on enrolments (launch_id, cohort, resume_at) where state = 'paused' and resume_at is not null;
    create index enrolments_by_contact on enrolments (contact_id);
    create index enrolments_by_mailbox on enrolments (mailbox_id) where ('' || state) in ('waiting', 'queued', 'paused');

    drop index contacts_by_name, contacts_identity, contacts_import, contacts_by_hash, contacts_by_domain_hash, contacts_by_company;
    create index contacts_by_name on contacts (tenant_id, name_key, id) where name_key >= '';
    create unique index contacts_identity on contacts (canonical_email, tenant_id);
    create unique index contacts_import on contacts (import_id, import_row, tenant_id) where canonical_email is null; -- a resumed batch makes no double phone-only row
    create index contacts_by_hash on contacts (address_hash);
    create index contacts_by_domain_hash on contacts (domain_hash);
    create index contacts_by_company on contacts (company_id);
  `);
  const operations = 'system.operations; account; delete';
  await describe(knex, 'mailboxes', { room_left: operations, room_of: operations });
}
