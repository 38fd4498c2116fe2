import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hashPassword } from '../../api/password.ts';
import { mergeCompanies } from '../../db/companies.ts';
import { createLaunch } from '../../db/launches.ts';
import { addMailbox } from '../../db/mailboxes.ts';
import { roleUrl } from '../../db/roles.ts';
import { addSequence } from '../../db/sequences.ts';
import { type Database, openDatabase, type Tx } from '../../db/transaction.ts';
import { addUser } from '../../db/users.ts';
import { canonicalAddress, companyKey } from '../../domain/address.ts';
import { Definition } from '../../domain/sequence.ts';
import { type Environment, readEnvironment } from '../../providers/environment.ts';
import { addressHash, domainHash } from '../../providers/keyedHash.ts';
import type { PlatformKeys } from '../../providers/keys.ts';
import { vault } from '../../providers/vault.ts';
import { demoPeople } from './people.ts';

export interface DemoWorld {
  databaseUrl: string;
  secretFile: string;
  dataDir: string;
  /** Of the mail catcher. */
  smtpPort: number;
  publicUrl: string;
}

const Workspace = z.strictObject({ tenantId: z.uuid(), email: z.string(), password: z.string(), launchId: z.uuid().nullable() });
export type Workspace = z.output<typeof Workspace>;

/** A legal day lasts four minutes in the demo, and its clock begins on a Tuesday morning, so that mail goes out on a Sunday, too. */
const clockFactor = 360;
const clockBegins = '2026-03-03T15:00:00Z';

/** The workspace that a newcomer logs in to: made once, its log-in kept beside the data. All its mail goes to the catcher. */
export async function openWorkspace(world: DemoWorld, { demo }: { demo: boolean }): Promise<Workspace> {
  const file = join(world.dataDir, demo ? 'demo.json' : 'workspace.json');
  if (existsSync(file)) return Workspace.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { db, environment } = openDemo(world);
  const { keys } = environment;
  try {
    const tenantId = randomUUID();
    const login = {
      email: demo ? 'owner@demo.example' : 'owner@workspace.example',
      password: randomBytes(12).toString('base64url'),
    };
    const passwordHash = await hashPassword(login.password, randomBytes);
    await db.inTenant(tenantId, (tx) => makeTenant(tx, demo)); // first: its clock rules the transactions after this one
    const launchId = await db.inTenant(tenantId, async (tx) => {
      const owner = await addUser(tx, {
        ...login,
        name: 'Olu Owner',
        role: 'owner',
        zone: 'America/New_York',
        signature: 'Olu Owner\nDecorum demo',
        passwordHash,
      });
      if (!owner) throw new Error(`Somebody logs in as ${login.email} already.`);
      const mailboxId = await makeMailbox(tx, keys, world, owner.id);
      return demo ? launchSequence(tx, keys, owner.id, mailboxId) : null;
    });
    const workspace = { tenantId, email: login.email, password: login.password, launchId };
    writeFileSync(file, JSON.stringify(workspace, null, 2), { mode: 0o600 });
    return workspace;
  } finally {
    await db.close();
  }
}

/** The demo's database as the product sees it, and its keys. */
export function openDemo(world: DemoWorld): { db: Database; environment: Environment } {
  const environment = readEnvironment({
    DATABASE_URL: world.databaseUrl,
    DECORUM_SECRET_FILE: world.secretFile,
    INBOUND_DOMAIN: process.env.INBOUND_DOMAIN,
  });
  return { environment, db: openDatabase({ url: roleUrl(world.databaseUrl, 'decorum_app'), max: 2 }) };
}

async function makeTenant(tx: Tx, demo: boolean): Promise<void> {
  await tx.run(
    `insert into tenants (id, name, kind, postal_address, sending_domain, clock_factor, clock_legal_from)
     values (decorum.tenant(), $1, 'demo', '100 Demo Street, Springfield, IL 62701', 'sender.example', $2, coalesce($3, clock_timestamp()))`,
    [demo ? 'Demo' : 'My workspace', demo ? clockFactor : 1, demo ? clockBegins : null],
  );
}

async function makeMailbox(tx: Tx, keys: PlatformKeys, world: DemoWorld, ownerId: string): Promise<string> {
  const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  const id = await addMailbox(tx, {
    ownerId,
    kind: 'relay',
    fromName: 'Olu Owner',
    address: 'olu@sender.example',
    smtpHost: '127.0.0.1',
    smtpPort: world.smtpPort,
    smtpSecurity: 'none',
    smtpUser: null,
    smtpSecret: null,
    dkimDomain: 'sender.example',
    dkimSelector: 'demo',
    dkimSecret: vault(keys.vaultKeys).encrypt(privateKey, { tenantId: tx.tenantId, column: 'mailboxes.dkim_secret' }),
    cap: 500,
    rampStart: null,
    rampStep: 2,
    gapSeconds: 240, // of its own time: one message each two thirds of a second, so that one can watch
    jitterSeconds: 240,
    lanes: 1,
    connections: 1,
  });
  if (!id) throw new Error('The demo mailbox is there already.');
  return id;
}

const sequence = Definition.parse({
  steps: [
    {
      id: 'hello',
      kind: 'email',
      after: { hours: 0 },
      subject: 'An idea for {{ company | default: "your team" }}',
      text: 'Hi {{ first_name | default: "there" }},\n\nI have an idea that could help {{ company | default: "your team" }}. Would you have ten minutes this week?',
      variants: [
        {
          id: 'b',
          subject: 'Ten minutes for {{ company | default: "your team" }}?',
          text: 'Hi {{ first_name | default: "there" }},\n\nwould you have ten minutes this week? I would like to hear how {{ company | default: "your team" }} works.',
        },
      ],
    },
    {
      id: 'follow-up',
      kind: 'email',
      after: { businessDays: 1 },
      subject: '',
      text: 'Hi {{ first_name | default: "there" }},\n\ndid you see my note?',
    },
    {
      id: 'look',
      kind: 'task',
      after: { businessDays: 1 },
      title: 'Look at the profile',
      instructions: 'Is there news worth mentioning?',
    },
    {
      id: 'last',
      kind: 'email',
      after: { businessDays: 1 },
      subject: '',
      text: 'Hi {{ first_name | default: "there" }},\n\nmy last note. All the best!',
    },
  ],
});

async function launchSequence(tx: Tx, keys: PlatformKeys, ownerId: string, mailboxId: string): Promise<string> {
  const { id: listId } = await tx.row<{ id: string }>(
    `insert into lists (tenant_id, name, source, created_by) values (decorum.tenant(), 'Demo contacts', 'static', $1) returning id`,
    [ownerId],
  );
  await mergeCompanies(
    tx,
    demoPeople.map(({ company, email }) => ({
      name: company,
      domain: email.slice(email.indexOf('@') + 1),
      industry: '',
      about: '',
    })),
  );
  for (const person of demoPeople) {
    const address = canonicalAddress(person.email);
    if (!address.ok) throw new Error(`${person.email} is no address.`);
    await tx.run(
      `with made as (
         insert into contacts (tenant_id, email, canonical_email, address_hash, domain_hash, company_key, first_name, last_name, title, company_name, company_id, state, owner_id)
         values (decorum.tenant(), $1, $1, $2, $3, $4, $5, $6, $7, $8, (select id from companies where domain = $4), $9, $10) returning id)
       insert into list_members (tenant_id, list_id, contact_id) select decorum.tenant(), $11, id from made`,
      [
        address.canonical,
        addressHash(keys.addressKey, tx.tenantId, address.canonical),
        domainHash(keys.addressKey, tx.tenantId, address.domain),
        companyKey(address.domain),
        person.firstName,
        person.lastName,
        person.title,
        person.company,
        person.state,
        ownerId,
        listId,
      ],
    );
  }
  const sequenceId = await addSequence(tx, { name: 'Demo: three notes and a task', definition: sequence, by: ownerId });
  const { id } = await createLaunch(tx, {
    sequenceId,
    version: 1,
    listIds: [listId],
    mailboxIds: [mailboxId],
    requestKey: 'demo',
    reEnter: 'if_not_active',
    createdBy: ownerId,
  });
  return id;
}
