import { wishAgain } from '../../db/deletion/purging.ts';
import { eraseAccountBatch } from '../../db/erasure/batches.ts';
import { eraseContact, eraseUser } from '../../db/erasure/person.ts';
import { planErasure } from '../../db/erasure/plan.ts';
import { countLeft } from '../../db/erasure/proof.ts';
import { type HashPerson, type Tombstone, writeTombstones } from '../../db/erasure/tombstones.ts';
import { eraseCopies } from '../../db/rehearsal/keeping.ts';
import { roleUrl } from '../../db/roles.ts';
import { destroyTenantKey } from '../../db/tenantKeys.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { type Ledger, LedgerBroken } from '../../providers/backup/ledger.ts';
import { personHasher } from '../../providers/personHashes.ts';
import type { Manifest } from './manifest.ts';
import type { BackupWorld } from './world.ts';

/** An erasure that had begun when the backup looked is replayed too: to erase what is gone already costs nothing. */
const overlapMs = 24 * 60 * 60 * 1000;
const batchRows = 5_000;
/** By whom: the ledger does not say. */
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Erases in a restored database, which is closed, who was erased since its backup by the ledger outside: deleted people do not come back
 * (P7), and no import brings them back later. Answers how many. The ledger must reach at least as far as it did when the backup was taken.
 */
export async function replayErasures(
  { ledger, addressKey }: Pick<BackupWorld, 'ledger' | 'addressKey'>,
  targetUrl: string,
  backup: Pick<Manifest, 'takenAt' | 'ledger'>,
): Promise<number> {
  const erasures = await erasedSince(ledger, backup);
  const db = openReplaying(targetUrl);
  let erased = 0;
  try {
    for (const [tenantId, tombstones] of erasures) {
      for (let from = 0; from < tombstones.length; from += batchRows) {
        await db.inTenant(tenantId, (tx) => writeTombstones(tx, tombstones.slice(from, from + batchRows)));
      }
      if (tombstones.some(({ kind }) => kind === 'account')) {
        await eraseAccount(db, tenantId);
        erased += 1;
      } else erased += await erasePeople(db, personHasher(addressKey, tenantId), tenantId, tombstones);
    }
    return erased;
  } finally {
    await db.close();
  }
}

/** By workspace, in the order of the ledger. */
async function erasedSince(
  ledger: Ledger,
  { takenAt, ledger: head }: Pick<Manifest, 'takenAt' | 'ledger'>,
): Promise<Map<string, Tombstone[]>> {
  const from = new Date(takenAt.getTime() - overlapMs);
  const erasures = new Map<string, Tombstone[]>();
  let mac = '';
  for await (const { tenantId, kind, hash, erasedAt, head: at } of ledger.read()) {
    if (at.seq === head.seq) ({ mac } = at);
    if (at.seq <= head.seq && erasedAt < from) continue;
    erasures.set(tenantId, erasures.get(tenantId) ?? []);
    erasures.get(tenantId)?.push({ kind, hash });
  }
  if (head.seq > 0 && mac !== head.mac)
    throw new LedgerBroken('The ledger of erasures is not the one that was there when the backup was taken: restore the file.');
  return erasures;
}

/** As the application, behind each tenant's wall, with the one liberty to work in a closed database. */
function openReplaying(targetUrl: string): Database {
  const url = new URL(roleUrl(targetUrl, 'decorum_app'));
  url.searchParams.set('options', '-c decorum.replaying=on');
  return openDatabase({ url: url.toString(), max: 2 });
}

async function eraseAccount(db: Database, tenantId: string): Promise<void> {
  await eraseCopies(db, tenantId);
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
    await wishAgain(tx); // the backup knew the deletion, or a breach, as open: it goes on from there
  });
}

/**
 * One transaction a person, so that the next run finds them gone whatever becomes of this process. Who has an address is known by it:
 * a number alone may be a switchboard's. Whose address was changed between the backup and the erasure is known by the id.
 */
async function erasePeople(db: Database, hash: HashPerson, tenantId: string, tombstones: readonly Tombstone[]): Promise<number> {
  const known = (of: Tombstone['kind']) =>
    new Set(tombstones.filter(({ kind }) => kind === of).map(({ hash }) => hash.toString('hex')));
  const [contacts, users] = [known('contact'), known('user')];
  const plan = await db.inTenant(tenantId, planErasure);
  let erased = 0;
  for (let after = nobody; ; ) {
    const page = await db.inTenant(tenantId, (tx) =>
      tx.rows<{ id: string; addressHash: Buffer | null; phone: string | null }>(
        `select id, address_hash as "addressHash", phone from contacts where id > $1 order by id limit $2`,
        [after, batchRows],
      ),
    );
    for (const { id, addressHash, phone } of page) {
      const { number: numberHash, id: idHash } = hash({ id, email: null, phone });
      if (!isAmong(contacts, addressHash ?? numberHash, idHash)) continue;
      await db.inTenant(tenantId, (tx) => eraseContact(tx, plan, { contactId: id, numberHash, byUser: nobody }));
      erased += 1;
    }
    const last = page.at(-1);
    if (!last || page.length < batchRows) break;
    after = last.id;
  }
  for (const { id, email } of await db.inTenant(tenantId, (tx) =>
    tx.rows<{ id: string; email: string }>(`select id, email from users`),
  )) {
    const { address, id: idHash } = hash({ id, email, phone: null });
    if (!isAmong(users, address, idHash)) continue;
    await db.inTenant(tenantId, (tx) => eraseUser(tx, plan, id));
    erased += 1;
  }
  return erased;
}

const isAmong = (known: ReadonlySet<string>, ...hashes: (Buffer | null)[]): boolean =>
  hashes.some((hash) => hash !== null && known.has(hash.toString('hex')));
