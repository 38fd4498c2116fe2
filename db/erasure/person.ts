import { stopContact } from '../contacts.ts';
import { linksBetweenTables } from '../exports/plan.ts';
import { type Link, wayToPerson } from '../exports/person.ts';
import type { Tx } from '../transaction.ts';
import { blanking } from './blanks.ts';
import type { ErasurePlan, ErasureTable } from './plan.ts';

/** Tables of rows that are not the person's alone: what they say of the person is blanked in them. */
const shared: readonly string[] = ['import_refusals'];

/**
 * Erases one contact by the data map: the rows that are theirs in every table, what hangs on those, and what other rows say of them.
 * Opt-outs and do-not-call hashes stay. Nothing of theirs may be at the wire. Answers the number of rows.
 */
export async function eraseContact(
  tx: Tx,
  plan: ErasurePlan,
  { contactId, numberHash, byUser }: { contactId: string; numberHash: Buffer | null; byUser: string },
): Promise<number> {
  await stopContact(tx, contactId, byUser);
  const links = await linksBetweenTables(tx);
  const columns = plan.tables.flatMap((table) => table.columns);
  let rows = 0;
  for (const table of plan.tables) {
    const act = actOn(table);
    const way = act && wayToPerson(table.table, columns, links);
    if (!act || !way) continue;
    // Both parameters are named, or the database could not tell the type of one that a condition does not ask for.
    rows += await tx.run(`${act} where (${way}) and ($1::uuid is not null or $2::bytea is null)`, [contactId, numberHash]);
  }
  rows += await tx.run(`delete from idempotency_keys where strpos(reply::text, $1) > 0`, [contactId]);
  return rows;
}

function actOn(table: ErasureTable): string | null {
  const ofContact = table.columns.filter(({ owner }) => owner === 'contact');
  if (table.fate === 'keep' || table.fate === 'follow' || ofContact.length === 0) return null;
  if (table.fate === 'delete' && !shared.includes(table.table)) return `delete from ${table.table}`;
  const blanks = blanking({ columns: ofContact });
  return blanks === '' ? null : `update ${table.table} set ${blanks}`;
}

/**
 * Erases one user: what is theirs alone goes, and the row that others' rows name stays without a word of them. Their mailboxes are paused,
 * without address, name and secrets. Answers the number of rows.
 */
export async function eraseUser(tx: Tx, plan: ErasurePlan, userId: string): Promise<number> {
  const links = await linksBetweenTables(tx);
  let rows = 0;
  for (const { table, fate } of plan.tables) {
    const link = fate === 'delete' ? ownOf(links, table) : undefined;
    if (link) rows += await tx.run(`delete from ${table} where ${link.column} = $1::uuid`, [userId]);
  }
  rows += await tx.run(`delete from idempotency_keys where user_id = $1`, [userId]);
  rows += await tx.run(
    `update mailboxes set address = id || '@erased.invalid', from_name = '', smtp_user = null, smtp_secret = null, dkim_secret = '',
       state = 'paused', paused_because = coalesce(paused_because, 'by_hand') where owner_id = $1`,
    [userId],
  );
  for (const table of ['contacts', 'companies'])
    rows += await tx.run(`update ${table} set owner_id = null where owner_id = $1`, [userId]);
  rows += await tx.run(
    `update users set email = id || '@erased.invalid', name = 'Erased user', password_hash = 'none', signature = '', zone = 'UTC',
       role = 'rep', totp_secret = null, totp_confirmed_at = null, totp_last_step = null,
       deactivated_at = coalesce(deactivated_at, decorum.now()) where id = $1`,
    [userId],
  );
  return rows;
}

/** The rows of a user that mean nothing without them go with them: what the database would cascade. */
const ownOf = (links: readonly Link[], table: string): Link | undefined =>
  links.find(({ from, to, cascades }) => from === table && to === 'users' && cascades);
