import { detachBilling } from '../billing/detach.ts';
import type { TableLeft } from '../erasure/proof.ts';
import { heldNow } from '../legalHolds.ts';
import { want } from '../outbox.ts';
import { closeObligation } from '../obligation.ts';
import type { Tx } from '../transaction.ts';
import { destroyTenantKey } from '../tenantKeys.ts';
import { billingWork, breachWork, deletionWork } from '../workflowIds.ts';
import { endNode, noteRows, openDeletion, readDeletion } from './record.ts';

/** Kinds of workflows that end with their tenant. */
const kinds = [
  'outreach',
  'cohort',
  'mailbox',
  'suppression',
  'do-not-call',
  'import',
  'letter',
  'rehearsal',
  'dnc',
  'export',
  'erasure',
  'abuse',
  'forward',
];
/** Those that promises to others keep alive (providers/codec/ownerOf.ts), and this one. */
const kept = ['deletion', 'breach', 'billing'];

/** The step may be taken: nobody has cancelled meanwhile and nothing is held. Whoever takes it holds back a hold until it is committed. */
export async function mayPurge(tx: Tx, deletionId: string): Promise<boolean> {
  if ((await heldNow(tx, { account: true })).length > 0) return false;
  const may = await tx.rows(
    `select from account_deletions where id = $1 and state in ('frozen', 'purging') and purge_at <= decorum.now()`,
    [deletionId],
  );
  return may.length > 0;
}

/** From here on nothing is taken back. `sampled` makes the sample that the proof looks for, once. */
export async function beginPurge(tx: Tx, deletionId: string, sampled: () => Promise<string>): Promise<boolean> {
  if (!(await mayPurge(tx, deletionId))) return false;
  const begun = await tx.run(
    `update account_deletions set state = 'purging', purge_started_at = decorum.now(), failures = 0, failed_at = null
     where id = $1 and state = 'frozen'`,
    [deletionId],
  );
  if (begun === 0) return mayPurge(tx, deletionId); // begun before, or somebody who was cancelling came first
  await tx.run(`update account_deletions set probes = $2 where id = $1`, [deletionId, await sampled()]);
  return true;
}

/** Addresses, numbers and names of the account: a sample of its contacts and all that it has of users, at most. */
export async function samplePeople(tx: Tx): Promise<string[]> {
  const people = await tx.rows<{ words: string[] }>(
    `(select array[email, phone, nullif(trim(first_name || ' ' || last_name), '')] as words from contacts order by id limit 200)
     union all (select array[email, nullif(name, '')] from users order by id limit 50)`,
  );
  return [...new Set(people.flatMap(({ words }) => words.filter((word) => word !== null && word.length >= 6)))];
}

export async function readProbes(tx: Tx, deletionId: string): Promise<string | null> {
  const { probes } = await tx.row<{ probes: string | null }>(`select probes from account_deletions where id = $1`, [deletionId]);
  return probes;
}

/** Where executions of the tenant are found: by what their ids begin with, and by those that the record knows. */
export async function workToEnd(tx: Tx): Promise<{ prefixes: string[]; workflowIds: string[] }> {
  const known = await tx.rows<{ workflowId: string }>(
    `select workflow_id as "workflowId" from outbox where split_part(workflow_id, '/', 1) <> all($1) order by 1`,
    [kept],
  );
  const named = new Set([...kinds, ...known.map(({ workflowId }) => workflowId.split('/')[0] ?? '')]);
  return {
    prefixes: [...named].map((kind) => `${kind}/${tx.tenantId}/`),
    workflowIds: known.map(({ workflowId }) => workflowId),
  };
}

/** Wishes for what has ended are over, or the dispatcher would start it anew. */
export async function closeWishes(tx: Tx): Promise<void> {
  await tx.run(
    `update outbox set state = 'closed', wanted = false, closed_at = coalesce(closed_at, clock_timestamp())
     where split_part(workflow_id, '/', 1) <> all($1) and state = 'open'`,
    [kept],
  );
}

/** Billing records are kept where the purge does not come, and looked after there. */
export async function keepBilling(tx: Tx, deletionId: string): Promise<void> {
  const { kept, until } = await detachBilling(tx);
  const because = kept > 0 ? 'Policy P7: billing transaction records are kept for seven years' : '';
  await endNode(tx, deletionId, 'billing', { kept, because, until });
}

/**
 * What outlives the account is wished for again, since the purge has taken every wish: without them a lost Temporal store would forget
 * this deletion's backups, the billing records and whoever is still to be told of a breach.
 */
export async function wishAgain(tx: Tx): Promise<void> {
  const deletion = await openDeletion(tx);
  const breaches = await tx.rows<{ id: string }>(`select id from breach_incidents where state = 'open'`);
  const billing = await tx.rows(`select from deletion_nodes where node = 'billing' and kept > 0 limit 1`);
  await want(tx, [
    ...(deletion ? [deletionWork(tx.tenantId, deletion.id)] : []),
    ...breaches.map(({ id }) => breachWork(tx.tenantId, id)),
    ...(billing.length > 0 ? [billingWork(tx.tenantId)] : []),
  ]);
}

/**
 * Nobody is left to whom anything were owed, and who would have kept it has ended: void, but what was late by then stays late, and people
 * whose erasure was asked for are erased now.
 */
async function endPromises(tx: Tx): Promise<void> {
  await tx.run(`update erasures set state = 'erased', erased_at = decorum.now() where state <> 'erased'`);
  await tx.run(
    `update obligations o set state = n.state, met_at = case when n.state <> 'void' then decorum.now() end,
       evidence = jsonb_build_object('accountPurgedAt', decorum.now())
     from (select id, case when due_at < decorum.now() then 'late' when kind = 'person.erased' then 'met' else 'void' end as state
           from obligations where state = 'open' and workflow_id like '%/%' and split_part(workflow_id, '/', 1) <> all($1)) as n
     where o.id = n.id`,
    [kept],
  );
}

/** Ends each table's node with what is kept there and why; answers the rows that should be gone and are not. */
export async function proveTables(tx: Tx, deletionId: string, left: readonly TableLeft[]): Promise<number> {
  const undone = left.filter(({ rows, kept }) => rows > 0 && kept === null);
  if (undone.length > 0) return undone.reduce((sum, { rows }) => sum + rows, 0);
  for (const { table, rows, kept } of left) {
    await noteRows(tx, deletionId, `table:${table}`, 0);
    await endNode(tx, deletionId, `table:${table}`, rows > 0 ? { kept: rows, because: kept ?? '' } : {});
  }
  return 0;
}

/** What was written behind the erasure, a hold that came and went, is erased by another round over every table. */
export async function eraseAgain(tx: Tx): Promise<void> {
  await tx.run(`update erasure_progress set after = null, is_done = false`);
}

/** Everything was erased, counted and found gone: the key goes, and with it whatever of the histories could not be deleted. */
export async function endPurge(tx: Tx, deletionId: string): Promise<void> {
  await destroyTenantKey(tx);
  await endNode(tx, deletionId, 'key');
  await wishAgain(tx);
  await endPromises(tx);
  await tx.run(
    `update account_deletions set state = 'purged', purged_at = decorum.now(), key_destroyed_at = decorum.now(), probes = null,
       failures = 0, failed_at = null where id = $1 and state = 'purging'`,
    [deletionId],
  );
  const { purgedAt } = await readDeletion(tx, deletionId);
  const { rows } = await tx.row<{ rows: number }>(
    `select coalesce(sum(rows), 0)::bigint as rows from deletion_nodes where deletion_id = $1 and node like 'table:%'`,
    [deletionId],
  );
  await closeObligation(tx, 'deletion.live', deletionId, { purgedAt, rows });
}

/** No backup can restore anybody any more. */
export async function endDeletion(tx: Tx, deletionId: string): Promise<void> {
  await endNode(tx, deletionId, 'backups');
  await tx.run(
    `update account_deletions set state = 'closed', closed_at = decorum.now(), failures = 0, failed_at = null where id = $1 and state = 'purged'`,
    [deletionId],
  );
  await closeObligation(tx, 'deletion.backups', deletionId, { catalogue: 0, files: 0 });
}
