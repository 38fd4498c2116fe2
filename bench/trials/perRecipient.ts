import { once } from 'node:events';
import pg from 'pg';
import { taskQueue } from '../perRecipient/taskQueue.ts';
import { newOutreach } from '../outreach.ts';
import type { World } from '../world.ts';
import { allAccepted, lastAccepted, secondsBetween, watch } from './sending.ts';

/** Starts under way at a time; the server is busy with fewer. */
const startsAtOnce = 50;

/** E-mails a second with a workflow for each recipient, from the first start to the last accepted message. */
export async function perRecipient(world: World, emails: number): Promise<number> {
  await makeTable(world.databaseUrl);
  const { tenantId, mailboxId, people } = await newOutreach(world, { people: emails, lanes: 1 });
  const worker = await world.start('bench/perRecipient/worker.ts');
  try {
    const { accepted } = await world.sink.counts();
    const watched = await watch(world);
    const startedAtNs = process.hrtime.bigint();
    const waiting = [...people];
    async function start(): Promise<void> {
      for (let person = waiting.pop(); person; person = waiting.pop()) {
        await world.client.workflow.start('writeToOne', {
          taskQueue,
          workflowId: `bench/${tenantId}/${person.contactId}`,
          args: [tenantId, mailboxId, person.contactId],
        });
      }
    }
    await Promise.all(Array.from({ length: startsAtOnce }, start));
    await allAccepted(world, accepted + emails);
    const records = await watched.records();
    if (records.length !== emails) throw new Error(`${emails} messages were to come; ${records.length} came.`);
    return emails / secondsBetween(startedAtNs, lastAccepted(records));
  } finally {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
}

/** Where the comparison writes down what has gone. */
async function makeTable(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(
      `create table if not exists bench_written (tenant_id uuid, contact_id uuid, message_id text not null, primary key (tenant_id, contact_id));
       grant insert on bench_written to decorum_app`,
    );
  } finally {
    await client.end();
  }
}
