import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { newTenant, newUser } from '../../test/builders/tenant.ts';
import type { Database } from '../../db/transaction.ts';
import { shuffled } from '../fault/random.ts';

/** An account and how its people are called: words that stand nowhere else, so that whatever finds them has found them. */
export interface Account {
  tenantId: string;
  ownerId: string;
  contacts: number;
  /** The `n`th contact, from 1. */
  person(n: number): Person;
  owner: { email: string; name: string };
}

export interface Person {
  id: string;
  address: string;
  number: string;
  name: string;
}

/** What tells the two accounts' people apart. */
const kinds = {
  deleted: { domain: 'gone-mills.example', area: '+1212', surname: 'Vex', owner: 'Quintus Zephyrholm' },
  control: { domain: 'staying-works.example', area: '+1303', surname: 'Yor', owner: 'Ottoline Brackwater' },
} as const;
const [figures, letters] = ['0123456789', 'bdfgklmnpr'];

/** A new account with `contacts` people, of whom `activities` are kept: messages, events, tasks and replies in turn. A statement a table. */
export async function fillAccount(
  { owner: superuser, db }: { owner: pg.Client; db: Database },
  kind: keyof typeof kinds,
  { contacts, activities }: { contacts: number; activities: number },
): Promise<Account> {
  const { domain, area, surname, owner: ownerName } = kinds[kind];
  const tenantId = await newTenant(db, { name: `${kind} account` });
  const owner = { email: `owner@${domain}`, name: ownerName };
  const { id: ownerId } = await db.inTenant(tenantId, (tx) => newUser(tx, { ...owner, role: 'owner' }));
  const [tenant, user] = [`'${tenantId}'::uuid`, `'${ownerId}'::uuid`];
  const [mailbox, sequence, launch, list] = Array.from({ length: 4 }, () => `'${randomUUID()}'::uuid`);
  const id = (of: 'contact' | 'enrolment') => `md5('${tenantId} ${of} ' || n)::uuid`;
  const hash = `sha256(convert_to('${tenantId}' || n, 'UTF8'))`;
  const padded = `lpad(n::text, 7, '0')`;
  const [address, number] = [`'p' || ${padded} || '@${domain}'`, `'${area}' || ${padded}`];
  const name = `'${surname}' || translate(${padded}, '${figures}', '${letters}')`;
  const each = `generate_series(1, ${contacts}) as n`;
  /** The activities of one kind: of whom, and the how manieth of theirs. */
  const every = (place: number) =>
    `(select a, (a - 1) % ${contacts} + 1 as n, (a - 1) / ${contacts} as round from generate_series(1, ${activities}) as a
      where (a - 1) / ${contacts} % 5 = ${place}) as activity`;
  await superuser.query(`
    begin;
    set local session_replication_role = replica; -- the rows hang together by how they are made
    select decorum.enter('${tenantId}');
    insert into mailboxes (tenant_id, id, owner_id, kind, from_name, address, smtp_host, smtp_port, smtp_security, dkim_domain, dkim_selector, dkim_secret)
      values (${tenant}, ${mailbox}, ${user}, 'relay', '${ownerName}', 'owner@${domain}', 'localhost', 25, 'none', '${domain}', 's', '');
    insert into sequences (tenant_id, id, owner_id, name) values (${tenant}, ${sequence}, ${user}, 'All');
    insert into sequence_versions (tenant_id, sequence_id, version, definition, created_by) values (${tenant}, ${sequence}, 1, '{}', ${user});
    insert into launches (tenant_id, id, sequence_id, version, request_key, state, ended_at, created_by)
      values (${tenant}, ${launch}, ${sequence}, 1, 'once', 'finished', decorum.now(), ${user});
    insert into lists (tenant_id, id, name, source, created_by) values (${tenant}, ${list}, 'All', 'static', ${user});
    insert into contacts (tenant_id, id, email, canonical_email, address_hash, domain_hash, first_name, last_name, phone, company_name, state, tags)
      select ${tenant}, ${id('contact')}, ${address}, ${address}, ${hash}, ${hash}, 'Robin', ${name}, ${number}, '${kind} Works', 'ID', array[${name}] from ${each};
    insert into list_members (tenant_id, list_id, contact_id) select ${tenant}, ${list}, ${id('contact')} from ${each};
    insert into enrolments (tenant_id, id, launch_id, sequence_id, version, cohort, contact_id, mailbox_id, mail_key, state)
      select ${tenant}, ${id('enrolment')}, ${launch}, ${sequence}, 1, 1, ${id('contact')}, ${mailbox}, substr(${hash}, 1, 10), 'finished' from ${each};
    insert into sends (tenant_id, enrolment_id, launch_id, sequence_id, contact_id, mailbox_id, step, state, priority, due_at, address_hash, domain_hash, sent_at)
      select ${tenant}, ${id('enrolment')}, ${launch}, ${sequence}, ${id('contact')}, ${mailbox}, round, 'sent', 0, decorum.now(), ${hash}, ${hash}, decorum.now()
      from ${every(0)};
    insert into enrolment_events (tenant_id, enrolment_id, kind, step) select ${tenant}, ${id('enrolment')}, 'sent', round from ${every(1)};
    insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, state, note, due_at, done_at)
      select ${tenant}, 'call', ${user}, ${id('contact')}, ${id('enrolment')}, round, 'done', 'Called ' || ${name} || ' at ' || ${number}, decorum.now(), decorum.now()
      from ${every(2)};
    insert into inbound_messages (tenant_id, enrolment_id, contact_id, source_hash, kind, from_address, subject, body, raw)
      select ${tenant}, ${id('enrolment')}, ${id('contact')}, sha256(convert_to('${tenantId} reply ' || a, 'UTF8')), 'reply', ${address}, 'Re: Hello',
        'Write to ' || ${address} || ' or call ' || ${number}, convert_to('From: ' || ${name} || ' <' || ${address} || '>', 'UTF8')
      from ${every(3)};
    insert into enrolment_events (tenant_id, enrolment_id, kind, step) select ${tenant}, ${id('enrolment')}, 'replied', round from ${every(4)};
    commit;
    analyze`);
  return {
    tenantId,
    ownerId,
    contacts,
    owner,
    person(n) {
      const digits = String(n).padStart(7, '0');
      return {
        id: uuidOf(createHash('md5').update(`${tenantId} contact ${n}`).digest('hex')),
        address: `p${digits}@${domain}`,
        number: `${area}${digits}`,
        name: `${surname}${digits.replace(/\d/g, (figure) => letters[Number(figure)] ?? '')}`,
      };
    },
  };
}

const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Whom to search for: so many addresses, numbers and names, the owner's among them. */
export function probesOf({ contacts, person, owner }: Account, probes: number, random: () => number): string[] {
  const people = shuffled(
    Array.from({ length: contacts }, (_, n) => n + 1),
    random,
  );
  const words = people.flatMap((n) => {
    const { address, number, name } = person(n);
    return [address, number, name];
  });
  return [owner.email, owner.name, ...words].slice(0, probes);
}
