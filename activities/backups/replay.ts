import { deleteContact } from '../../db/contacts.ts';
import { eraseAccountBatch } from '../../db/erasure/batches.ts';
import { planErasure } from '../../db/erasure/plan.ts';
import { countLeft } from '../../db/erasure/proof.ts';
import { roleUrl } from '../../db/roles.ts';
import { destroyTenantKey } from '../../db/tenantKeys.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { LedgerBroken } from '../../providers/backup/ledger.ts';
import type { Manifest } from './manifest.ts';
import type { BackupWorld } from './world.ts';

/** An erasure that had begun when the backup looked is replayed too: to erase what is gone already costs nothing. */
const overlapMs = 24 * 60 * 60 * 1000;
const batchRows = 5_000;
/** By whom: the ledger does not say. */
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Erases in a restored database, which is closed, who was erased since its backup by the ledger outside: deleted people do not come back
 * (P7). Answers how many. The ledger must reach at least as far as it did when the backup was taken.
 */
export async function replayErasures(
  { ledger }: Pick<BackupWorld, 'ledger'>,
  targetUrl: string,
  { takenAt, ledger: head }: Pick<Manifest, 'takenAt' | 'ledger'>,
): Promise<number> {
  const from = new Date(takenAt.getTime() - overlapMs);
  const accounts = new Set<string>();
  const people = new Map<string, Set<string>>();
  let mac = '';
  for await (const row of ledger.read()) {
    if (row.head.seq === head.seq) ({ mac } = row.head);
    if (row.head.seq <= head.seq && row.erasedAt < from) continue;
    if (row.kind === 'account') accounts.add(row.tenantId);
    else people.set(row.tenantId, (people.get(row.tenantId) ?? new Set()).add(row.hash.toString('hex')));
  }
  if (head.seq > 0 && mac !== head.mac)
    throw new LedgerBroken('The ledger of erasures is not the one that was there when the backup was taken: restore the file.');

  const db = openReplaying(targetUrl);
  try {
    let erased = 0;
    for (const tenantId of accounts) {
      await eraseAccount(db, tenantId);
      erased += 1;
    }
    for (const [tenantId, hashes] of people) {
      if (!accounts.has(tenantId)) erased += await erasePeople(db, tenantId, [...hashes]);
    }
    return erased;
  } finally {
    await db.close();
  }
}

/** As the application, behind each tenant's wall, with the one liberty to work in a closed database. */
function openReplaying(targetUrl: string): Database {
  const url = new URL(roleUrl(targetUrl, 'decorum_app'));
  url.searchParams.set('options', '-c decorum.replaying=on');
  return openDatabase({ url: url.toString(), max: 2 });
}

async function eraseAccount(db: Database, tenantId: string): Promise<void> {
  const plan = await db.inTenant(tenantId, async (tx) => {
    // That it was erased says that nothing held it any more, whatever the backup remembers; and the rounds of an earlier purge are over.
    await tx.run(
      `update legal_holds set released_at = decorum.now(), release_reason = 'released before the erasure that is replayed' where released_at is null`,
    );
    await tx.run(`update erasure_progress set after = null, is_done = false where tenant_id = decorum.tenant()`);
    return planErasure(tx);
  });
  while (!(await db.inTenant(tenantId, (tx) => eraseAccountBatch(tx, plan, { limit: batchRows }))).done);
  await db.inTenant(tenantId, async (tx) => {
    await destroyTenantKey(tx);
    const left = (await countLeft(tx, plan)).filter(({ rows, kept }) => rows > 0 && kept === null);
    if (left.length > 0)
      throw new Error(`The tables ${left.map(({ table }) => table).join(', ')} still hold an account that was erased.`);
  });
}

/** One transaction a person, so that the next one finds them gone whatever becomes of this process. */
async function erasePeople(db: Database, tenantId: string, hashes: readonly string[]): Promise<number> {
  const ids = await db.inTenant(tenantId, (tx) =>
    tx.rows<{ id: string }>(`select id from contacts where encode(address_hash, 'hex') = any($1) order by id`, [hashes]),
  );
  for (const { id } of ids) await db.inTenant(tenantId, (tx) => deleteContact(tx, id, nobody));
  return ids.length;
}
