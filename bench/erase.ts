import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { eraseAccountBatch } from '../db/erasure/batches.ts';
import { type ErasurePlan, planErasure } from '../db/erasure/plan.ts';
import { countLeft } from '../db/erasure/proof.ts';
import { migrate } from '../db/migrate.ts';
import { roleUrl } from '../db/roles.ts';
import { type Database, openDatabase } from '../db/transaction.ts';
import { startPostgres } from '../scripts/services/postgres.ts';
import { temporaryFolder } from '../scripts/services/temporaryFolder.ts';
import { newTenant } from '../test/builders/tenant.ts';
import { median } from './statistics.ts';

/** People of an account; each has an enrolment, two messages, three events, a place in a list and a touch: nine rows. */
export const eraseSizes = { full: { people: 20_000, rounds: 3 }, quick: { people: 300, rounds: 1 } } as const;
/** As the purge itself asks for (activities/deletion.ts). */
const batchRows = 5_000;

export interface EraseReport {
  rowsPerSecond: number;
  plainRowsPerSecond: number;
  /** Rows a second of the purge to those of plain `DELETE … WHERE tenant_id`, a statement a table, by a role that no wall binds. */
  eraseRatioToPlainDelete: number;
}

/** Two accounts of one size each round, one purged and one plainly deleted, in turns; a third stays, and is counted afterwards. */
export async function runEraseBench(
  { people, rounds }: { readonly people: number; readonly rounds: number },
  say: (line: string) => void,
): Promise<EraseReport> {
  const folder = temporaryFolder();
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), fast: false, log: say });
  try {
    await migrate(postgres.url);
    const db = openDatabase({ url: roleUrl(postgres.url, 'decorum_app'), max: 2 });
    const owner = new pg.Client({ connectionString: postgres.url });
    await owner.connect();
    try {
      const stays = await fill(owner, db, people);
      const plan = await db.inTenant(stays, planErasure);
      const purged: number[] = [];
      const plain: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const [mine, theirs] = [await fill(owner, db, people), await fill(owner, db, people)];
        await owner.query('vacuum analyze'); // as after a night; neither pays for the other's dead rows
        await owner.query('checkpoint');
        const trials = [
          async () => void purged.push(await purge(db, plan, mine)),
          async () => void plain.push(await plainDelete(owner, plan, theirs)),
        ];
        for (const trial of round % 2 === 0 ? trials : trials.toReversed()) await trial();
        say(
          `round ${round + 1}: ${Math.round(purged.at(-1) ?? 0)} rows a second purged, ${Math.round(plain.at(-1) ?? 0)} plainly deleted`,
        );
      }
      const kept = await db.inTenant(stays, (tx) => tx.row<{ n: number }>(`select count(*) as n from sends`));
      if (kept.n !== people * 2) throw new Error('An account that nobody erased has lost rows.');
      const [rowsPerSecond, plainRowsPerSecond] = [median(purged), median(plain)];
      return {
        rowsPerSecond: Math.round(rowsPerSecond),
        plainRowsPerSecond: Math.round(plainRowsPerSecond),
        eraseRatioToPlainDelete: Math.round((rowsPerSecond / plainRowsPerSecond) * 100) / 100,
      };
    } finally {
      await owner.end();
      await db.close();
    }
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows a second from the first batch to the proof that nothing is left. */
async function purge(db: Database, plan: ErasurePlan, tenantId: string): Promise<number> {
  const beganNs = process.hrtime.bigint();
  let rows = 0;
  for (let done = false; !done; ) {
    const batch = await db.inTenant(tenantId, (tx) => eraseAccountBatch(tx, plan, { limit: batchRows }));
    rows += batch.rows;
    ({ done } = batch);
  }
  const left = await db.inTenant(tenantId, (tx) => countLeft(tx, plan));
  if (left.some((table) => table.rows > 0 && table.kept === null)) throw new Error('The purge has left something.');
  return rows / secondsSince(beganNs);
}

async function plainDelete(owner: pg.Client, plan: ErasurePlan, tenantId: string): Promise<number> {
  const beganNs = process.hrtime.bigint();
  let rows = 0;
  for (const { table, fate } of plan.tables) {
    if (fate !== 'delete' && fate !== 'follow') continue;
    rows += (await owner.query(`delete from ${table} where tenant_id = $1`, [tenantId])).rowCount ?? 0;
  }
  return rows / secondsSince(beganNs);
}

const secondsSince = (beganNs: bigint): number => Number(process.hrtime.bigint() - beganNs) / 1e9;

/** A new account in one statement a table. Answers its id. */
async function fill(owner: pg.Client, db: Database, people: number): Promise<string> {
  const tenantId = await newTenant(db, { kind: 'real', name: 'Bench' });
  const [userId, mailboxId, sequenceId, launchId, listId] = Array.from({ length: 5 }, () => randomUUID());
  const ids = [tenantId, userId, mailboxId, sequenceId, launchId, listId];
  const id = (kind: number): string => `md5('${tenantId}${kind}' || n)::uuid`;
  const hash = `sha256(convert_to('${tenantId}' || n, 'UTF8'))`;
  const each = `generate_series(1, ${people}) as n`;
  const [tenant, user, mailbox, sequence, launch, list] = ids.map((one) => `'${one}'::uuid`);
  await owner.query(`
    begin;
    select decorum.enter('${tenantId}');
    insert into users (tenant_id, id, email, name, role, password_hash) values (${tenant}, ${user}, 'rep@${tenantId}.example', 'Rep', 'rep', 'none');
    insert into mailboxes (tenant_id, id, owner_id, kind, from_name, address, smtp_host, smtp_port, smtp_security, dkim_domain, dkim_selector, dkim_secret)
      values (${tenant}, ${mailbox}, ${user}, 'relay', 'Rep', 'rep@${tenantId}.example', 'localhost', 25, 'none', 'x.example', 's', '');
    insert into sequences (tenant_id, id, owner_id, name) values (${tenant}, ${sequence}, ${user}, 'All');
    insert into sequence_versions (tenant_id, sequence_id, version, definition, created_by) values (${tenant}, ${sequence}, 1, '{}', ${user});
    insert into launches (tenant_id, id, sequence_id, version, request_key, created_by) values (${tenant}, ${launch}, ${sequence}, 1, 'bench', ${user});
    insert into lists (tenant_id, id, name, source, created_by) values (${tenant}, ${list}, 'All', 'static', ${user});
    insert into contacts (tenant_id, id, email, canonical_email, address_hash, domain_hash, first_name, last_name)
      select ${tenant}, ${id(1)}, 'p' || n || '@bench.example', 'p' || n || '@bench.example', ${hash}, ${hash}, 'Person', 'No. ' || n from ${each};
    insert into list_members (tenant_id, list_id, contact_id) select ${tenant}, ${list}, ${id(1)} from ${each};
    insert into enrolments (tenant_id, id, launch_id, sequence_id, version, cohort, contact_id, mailbox_id, mail_key, state)
      select ${tenant}, ${id(2)}, ${launch}, ${sequence}, 1, 1, ${id(1)}, ${mailbox}, substr(${hash}, 1, 10), 'finished' from ${each};
    insert into enrolment_events (tenant_id, enrolment_id, kind) select ${tenant}, ${id(2)}, 'sent' from ${each}, generate_series(1, 3);
    insert into sends (tenant_id, enrolment_id, launch_id, sequence_id, contact_id, mailbox_id, step, state, priority, due_at, address_hash, domain_hash, sent_at)
      select ${tenant}, ${id(2)}, ${launch}, ${sequence}, ${id(1)}, ${mailbox}, step, 'sent', 0, decorum.now(), ${hash}, ${hash}, decorum.now()
      from ${each}, generate_series(0, 1) as step;
    insert into contact_touches (tenant_id, contact_id, send_id, last_at, quarter_from, in_quarter)
      select ${tenant}, ${id(1)}, ${id(1)}, decorum.now(), '2026-01-01', 1 from ${each};
    commit`);
  return tenantId;
}
