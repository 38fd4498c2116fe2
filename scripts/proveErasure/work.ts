import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startExport } from '../../db/exports/start.ts';
import { suppress } from '../../db/suppressions.ts';
import { portabilityDeadline } from '../../law/answers.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { newImport } from '../../test/builders/import.ts';
import type { Account } from './people.ts';
import type { World } from './world.ts';

/** An import, an export of one person and an opt-out, each through its workflow: histories, archives and refusals that have to go, too. */
export async function workFor({ db }: World, { tenantId, ownerId, contacts, person }: Account): Promise<void> {
  const people = Array.from({ length: Math.min(20, contacts) }, (_, n) => person(n + 1));
  const lines = people.map(({ address, number, name }) => `${address},${name},${number}`);
  await newImport(db, {
    tenantId,
    by: ownerId,
    file: `Email,Last name,Phone\n${lines.join('\n')}\nno address,${people[0]?.name},\n`,
  });
  const { hash } = await db.inTenant(tenantId, async (tx) => {
    await startExport(tx, { contactId: person(1).id, askedBy: ownerId, deadline: portabilityDeadline });
    return tx.row<{ hash: Buffer }>(`select address_hash as hash from contacts where id = $1`, [person(1).id]);
  });
  await suppress(db, tenantId, {
    subjects: [{ hash, kind: 'address' }],
    channel: 'email',
    basis: 'rep',
    byUser: ownerId,
    deadline: optOutDeadline,
  });
}

/** Returns when nothing of the account's work is left to be done. */
export async function workIsDone({ db }: World, { tenantId }: Account): Promise<void> {
  await until(async () => {
    const { open } = await db.inTenant(tenantId, (tx) =>
      tx.row<{ open: number }>(
        `select (select count(*) from imports where state <> 'done') + (select count(*) from exports where state <> 'done')
           + (select count(*) from obligations where kind = 'suppression.honoured' and state = 'open')
           + (select count(*) from outbox where state = 'open' and (wanted or delivered_at is null)) as open`,
      ),
    );
    return open === 0;
  });
}

/** An execution of the account's in whose history names stand, as a careless release would write it. Nobody takes its task. */
export async function plantHistory({ client }: World, { tenantId }: Account, words: readonly string[]): Promise<void> {
  await client.workflow.start('contactImport', {
    workflowId: `import/${tenantId}/${randomUUID()}`,
    taskQueue: 'nobody',
    args: [words],
  });
}

/** Looks again and again, for as long as a deletion of any size may take. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const patient = AbortSignal.timeout(45 * 60_000); !(await isSo()); await sleep(200)) patient.throwIfAborted();
}
