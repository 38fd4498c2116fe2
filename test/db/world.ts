import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { MailboxSettings } from '../../db/mailboxes.ts';
import { type Database, openDatabase, type Tx } from '../../db/transaction.ts';
import type { User } from '../../db/users.ts';
import type { SendWindow } from '../../domain/sendWindow.ts';
import type { Step } from '../../domain/sequence.ts';
import { openingAfter } from '../../law/openings.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { generateVaultKey, vault } from '../../providers/vault.ts';
import { type NewContact, newContact } from '../builders/contact.ts';
import { type NewEnrolment, newEnrolment, newLaunch, newSend } from '../builders/enrolment.ts';
import { newMailbox } from '../builders/mailbox.ts';
import { newSequence } from '../builders/sequence.ts';
import { newTenant, newUser } from '../builders/tenant.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';

/** A Tuesday, 10:00 in New York: inside everybody's window. */
export const start = new Date('2026-11-24T15:00:00Z');
export const hours = 3_600_000;
export const rules = { nextOpening: openingAfter, deadline: optOutDeadline };

/** A database of a test file, with a clock that the test sets. */
export class World {
  /** Legal time of every transaction through `db`. */
  now = start;
  readonly vault = vault([generateVaultKey()]);
  readonly addressKey = randomBytes(32);
  readonly db: Database;
  /** The same database by its own clock, as in production. */
  readonly onOwnClock: Database;
  readonly owner: pg.Pool;

  private constructor(readonly database: TestDatabase) {
    this.db = openDatabase({ url: database.appUrl, max: 24, clock: () => this.now });
    this.onOwnClock = openDatabase({ url: database.appUrl, max: 4 });
    this.owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
    this.owner.on('error', () => undefined); // the database is dropped with the connection idle
  }

  static async open(): Promise<World> {
    return new World(await testDatabase());
  }

  async close(): Promise<void> {
    await Promise.all([this.db.close(), this.onOwnClock.close(), this.owner.end()]);
    await this.database.drop();
  }

  /** Lets `ms` of legal time pass. */
  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  /** Makes each change of `sends` that `when` describes last `seconds`, until the answered function is called. */
  async slow(when: string, seconds: number): Promise<() => Promise<void>> {
    await this.owner.query(`
      create function slow_send() returns trigger language plpgsql as $$ begin perform pg_sleep(${seconds}); return new; end $$;
      create trigger slow_send before update on sends for each row when (${when}) execute function slow_send()`);
    return async () => void (await this.owner.query(`drop function slow_send cascade`));
  }
}

export interface Workspace {
  tenantId: string;
  rep: User;
  mailboxIds: string[];
  mailboxId: string;
  sequenceId: string;
  launchId: string;
}

/** A rep with a running launch over relay mailboxes without limits, unless said otherwise, and nobody in it. */
export async function newWorkspace(
  world: World,
  facts: { mailbox?: Partial<MailboxSettings>; mailboxes?: number; steps?: Step[]; window?: SendWindow } = {},
): Promise<Workspace> {
  const { mailbox, mailboxes, ...words } = facts;
  const tenantId = await newTenant(world.onOwnClock);
  return world.db.inTenant(tenantId, async (tx) => {
    const rep = await newUser(tx);
    const mailboxIds: string[] = [];
    for (let n = 0; n < (mailboxes ?? 1); n += 1)
      mailboxIds.push(await newMailbox(tx, world.vault, { ownerId: rep.id, ...mailbox }));
    const mailboxId = mailboxIds[0] ?? '';
    const sequenceId = await newSequence(tx, { by: rep.id, ...words });
    const launchId = await newLaunch(tx, { sequenceId, mailboxId, by: rep.id });
    return { tenantId, rep, mailboxIds, mailboxId, sequenceId, launchId };
  });
}

export interface Person {
  contact: NewContact;
  enrolment: NewEnrolment;
  sendId: string;
}

/** A person of the workspace's launch whose message is planned and due now. */
export async function newPerson(
  tx: Tx,
  world: World,
  workspace: Workspace,
  facts: { contact?: NewContact; email?: string; mailboxId?: string; launchId?: string; exclusive?: boolean; step?: number } = {},
): Promise<Person> {
  const contact = facts.contact ?? (await newContact(tx, world.addressKey, facts.email ? { email: facts.email } : {}));
  const enrolment = await newEnrolment(tx, {
    launchId: facts.launchId ?? workspace.launchId,
    contactId: contact.id,
    mailboxId: facts.mailboxId ?? workspace.mailboxId,
    state: 'queued',
    step: facts.step ?? 0,
    exclusive: facts.exclusive ?? true,
  });
  const sendId = await newSend(tx, { enrolmentId: enrolment.id, state: 'planned', step: facts.step ?? 0 });
  return { contact, enrolment, sendId };
}

export function newPeople(
  world: World,
  workspace: Workspace,
  count: number,
  facts: (n: number) => Parameters<typeof newPerson>[3] = () => ({}),
): Promise<Person[]> {
  return world.db.inTenant(workspace.tenantId, async (tx) => {
    const people: Person[] = [];
    for (let n = 0; n < count; n += 1) people.push(await newPerson(tx, world, workspace, facts(n)));
    return people;
  });
}

export interface SendRow {
  state: string;
  because: string | null;
  dueAt: Date;
  expiresAt: Date | null;
  attempts: number;
}

export function sendRow(world: World, { tenantId }: Workspace, sendId: string): Promise<SendRow> {
  return world.db.inTenant(tenantId, (tx) =>
    tx.row<SendRow>(`select state, because, due_at as "dueAt", expires_at as "expiresAt", attempts from sends where id = $1`, [
      sendId,
    ]),
  );
}

export interface EnrolmentRow {
  state: string;
  because: string | null;
  step: number;
  nextAt: Date | null;
}

export function enrolmentRow(world: World, { tenantId }: Workspace, enrolmentId: string): Promise<EnrolmentRow> {
  return world.db.inTenant(tenantId, (tx) =>
    tx.row<EnrolmentRow>(`select state, because, step, next_at as "nextAt" from enrolments where id = $1`, [enrolmentId]),
  );
}

/** Workflow ids that the record wants started or woken. */
export async function wanted(world: World, { tenantId }: Workspace): Promise<string[]> {
  const rows = await world.db.inTenant(tenantId, (tx) =>
    tx.rows<{ id: string }>(`select workflow_id as id from outbox where wanted and state = 'open' order by 1`),
  );
  return rows.map(({ id }) => id);
}

/** Returns when `other` has ended, or cannot go on before whoever asks has committed. */
export async function endedOrStuck(world: World, other: Promise<unknown>): Promise<void> {
  let isEnded = false;
  const end = () => void (isEnded = true);
  other.then(end, end);
  for (const patient = AbortSignal.timeout(20_000); !isEnded; await sleep(5)) {
    const { rows } = await world.owner.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
    patient.throwIfAborted();
  }
}
