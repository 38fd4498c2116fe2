import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLaunch } from '../db/launches.ts';
import { vault } from '../providers/vault.ts';
import { newMailbox } from '../test/builders/mailbox.ts';
import { newPeople, type Person } from '../test/builders/people.ts';
import type { Definition, EmailStep } from '../domain/sequence.ts';
import { alwaysOpen, newSequence } from '../test/builders/sequence.ts';
import { newTenant, newUser } from '../test/builders/tenant.ts';
import type { World } from './world.ts';

/** The relay mailbox's connections to the mail server, of each lane: the more there are, the more messages share a transaction. */
export const connections = 50;

/** About 1.2 KB, so that a message with its HTML half and its headers has about 4 KB. */
export const words: EmailStep = {
  id: 'hello',
  kind: 'email',
  after: { hours: 0 },
  branches: {},
  subject: 'A shorter close at {{ company }}',
  text: [
    'Dear {{ first_name }},',
    'We help finance teams of companies like {{ company }} to close their books in three days instead of twelve. Most of the time goes into questions that one person asks another by e-mail, and into waiting for the answer; we keep question, receipt and answer in one place, and the auditors read along.',
    'What that looked like at a company of your size in Zürich: eleven people, four legal entities, two currencies. In the first month they closed a day sooner, in the third six days sooner, and nobody had to work on a weekend for it. The controller says that the calm is worth more to her than the days, but the days are what we can measure.',
    'Would you like to see it with your own chart of accounts? It takes twenty minutes, and I would prepare it so that you see your own closing calendar and not a demo company’s. Any afternoon of next week suits me; if somebody else at {{ company }} is nearer to the closing, I am glad to write to her or him instead.',
    'Kind regards from Genève',
  ].join('\n\n'),
};
export const definition: Definition = { window: alwaysOpen, steps: [words] };

/** A workspace with a relay mailbox, a sequence of one e-mail, and people who wait for it in one list. */
export interface Outreach {
  tenantId: string;
  userId: string;
  mailboxId: string;
  sequenceId: string;
  people: Person[];
  /** Launches; answers the launch's id and when its commit had come back. */
  launch(): Promise<{ launchId: string; committedAtNs: bigint }>;
}

export async function newOutreach(world: World, { people: count, lanes }: { people: number; lanes: number }): Promise<Outreach> {
  const { db, keys } = world;
  const tenantId = await newTenant(db, { kind: 'real', name: 'Bench' });
  const people = await newPeople(db, keys.addressKey, tenantId, count);
  const listId = randomUUID();
  const { userId, mailboxId, sequenceId } = await db.inTenant(tenantId, async (tx) => {
    const { id: userId } = await newUser(tx);
    const mailboxId = await newMailbox(tx, vault(keys.vaultKeys), {
      ownerId: userId,
      smtpPort: world.sink.port,
      cap: 10 * count, // every claim counts what has been sent, as for any mailbox with a cap
      lanes,
      connections,
    });
    const sequenceId = await newSequence(tx, { by: userId, steps: [words] });
    await tx.run(`insert into lists (tenant_id, id, name, source, created_by) values ($1, $2, 'All', 'static', $3)`, [
      tenantId,
      listId,
      userId,
    ]);
    await tx.run(`insert into list_members (tenant_id, list_id, contact_id) select $1, $2, unnest($3::uuid[])`, [
      tenantId,
      listId,
      people.map(({ contactId }) => contactId),
    ]);
    return { userId, mailboxId, sequenceId };
  });
  return {
    tenantId,
    userId,
    mailboxId,
    sequenceId,
    people,
    async launch() {
      const { id: launchId } = await db.inTenant(tenantId, (tx) =>
        createLaunch(tx, {
          sequenceId,
          version: 1,
          listIds: [listId],
          mailboxIds: [mailboxId],
          requestKey: 'bench',
          reEnter: 'if_not_active',
          createdBy: userId,
        }),
      );
      const committedAtNs = process.hrtime.bigint();
      await world.dispatcher.deliver();
      return { launchId, committedAtNs };
    },
  };
}

/**
 * Returns when the launch has ended and its workflows with it: the next trial has the machine to itself. The watch against abuse may have
 * opened a case meanwhile, since a new workspace sends thousands at once; its workflow only waits.
 */
export async function ended({ db }: World, tenantId: string): Promise<void> {
  for (;;) {
    const { open } = await db.inTenant(tenantId, (tx) =>
      tx.row<{ open: number }>(`select count(*) as open from outbox where state = 'open' and workflow_type <> 'abuseCase'`),
    );
    if (open === 0) return;
    await sleep(100);
  }
}
