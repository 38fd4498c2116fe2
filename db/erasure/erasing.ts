import { stopContact } from '../contacts.ts';
import { forgetInArchives } from '../exports/erasing.ts';
import { heldNow } from '../legalHolds.ts';
import { closeObligation } from '../obligation.ts';
import { beginLook, closeWork, endLook } from '../outbox.ts';
import { rehearsalsWith } from '../rehearsal/rehearsals.ts';
import type { Tx } from '../transaction.ts';
import { erasureWork } from '../workflowIds.ts';
import { countAggregates } from './aggregates.ts';
import { findErasure } from './erasures.ts';
import { eraseContact, eraseUser } from './person.ts';
import type { ErasurePlan } from './plan.ts';
import { type HashPerson, type Tombstone, writeTombstones } from './tombstones.ts';

/** A message that is at the wire has an outcome, or is known to have none, after so long; a rehearsal that was ended has let its copy go. */
const wireMs = 2 * 60 * 1000;
/** A release wakes the erasure at once; this is for a release that nobody heard of. */
const heldMs = 6 * 60 * 60 * 1000;

export type Erased =
  | { is: 'waiting'; waitMs: number }
  | { is: 'erased'; tombstones: (Tombstone & { tenantId: string; erasedAt: Date })[] };

/** Erases the person, unless something is held or at the wire, and leaves the tombstones. Done twice it answers them again. */
export async function eraseNow(tx: Tx, plan: ErasurePlan, erasureId: string, hash: HashPerson): Promise<Erased> {
  const { workflowId } = erasureWork(tx.tenantId, erasureId);
  await beginLook(tx, workflowId);
  const erasure = await findErasure(tx, erasureId);
  if (!erasure) return { is: 'erased', tombstones: [] };
  const { kind, personId, askedBy, state } = erasure;
  if (state === 'erasing' || state === 'erased') return { is: 'erased', tombstones: await tombstonesOf(tx, erasureId) };

  if ((await heldNow(tx, { contactIds: [personId] })).length > 0) return wait('held', heldMs);
  if (kind === 'contact') {
    await stopContact(tx, personId, askedBy); // first: what was not on its way to the wire by then does not get there any more
    const atWire = await tx.rows(`select from sends where contact_id = $1 and state = 'handing' limit 1`, [personId]);
    if (atWire.length > 0 || (await rehearsalsWith(tx, personId)).length > 0) return wait('asked', wireMs);
  }

  const [person] = await tx.rows<{ email: string | null; phone: string | null }>(
    kind === 'contact'
      ? `select canonical_email as email, phone from contacts where id = $1 for update`
      : `select email, null as phone from users where id = $1 for update`,
    [personId],
  );
  const { address, number, id } = hash({ id: personId, ...(person ?? { email: null, phone: null }) });
  const rows =
    kind === 'contact'
      ? await eraseContact(tx, plan, { contactId: personId, numberHash: number, byUser: askedBy })
      : await eraseUser(tx, plan, personId);
  await forgetInArchives(tx, personId);
  const hashes = [address, number, id].filter((each) => each !== null);
  await writeTombstones(
    tx,
    hashes.map((each) => ({ kind, hash: each })),
  );
  await tx.run(`update erasures set state = 'erasing', rows = rows + $2, hashes = $3 where id = $1`, [
    erasureId,
    rows,
    hashes.map((each) => each.toString('hex')),
  ]);
  return { is: 'erased', tombstones: await tombstonesOf(tx, erasureId) };

  async function wait(as: 'held' | 'asked', waitMs: number): Promise<Erased> {
    await tx.run(`update erasures set state = $2 where id = $1`, [erasureId, as]);
    const { until } = await tx.row<{ until: Date }>(`select decorum.now() + $1 * interval '1 millisecond' as until`, [waitMs]);
    await endLook(tx, workflowId, until);
    return { is: 'waiting', waitMs };
  }
}

function tombstonesOf(tx: Tx, erasureId: string): Promise<(Tombstone & { tenantId: string; erasedAt: Date })[]> {
  return tx.rows(
    `select t.tenant_id as "tenantId", t.kind, t.hash, t.erased_at as "erasedAt" from erasures e
     cross join unnest(e.hashes) as h join tombstones t on t.kind = e.kind and t.hash = decode(h, 'hex') where e.id = $1 order by t.hash`,
    [erasureId],
  );
}

/** The ledger outside has the tombstones: from here on no restore brings the person back, and the promise is kept. */
export async function endErasure(tx: Tx, erasureId: string): Promise<void> {
  await tx.run(`update erasures set state = 'erased', erased_at = decorum.now() where id = $1 and state = 'erasing'`, [
    erasureId,
  ]);
  await countAggregates(tx);
  const erasure = await findErasure(tx, erasureId);
  if (erasure) await closeObligation(tx, 'person.erased', erasureId, { erasedAt: erasure.erasedAt, rows: erasure.rows });
  await closeWork(tx, erasureWork(tx.tenantId, erasureId).workflowId);
}
