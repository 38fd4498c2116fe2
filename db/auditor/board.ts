import { goOn } from '../goingOn.ts';
import type { Tx } from '../transaction.ts';
import { type InvariantName, invariantNames, invariants, machine, silentAfter } from './invariants.ts';

export interface ShownInvariant {
  name: InvariantName;
  clause: string | null;
  promise: string;
  /** Null: never yet. */
  lookedAt: Date | null;
  /** The last look did not come to an end. */
  failed: boolean;
  /** Findings of the workspace, and of the machine, that stand. */
  broken: number;
}

/** When the auditor last looked at anything; null: never. */
export async function lastLook(tx: Tx): Promise<{ lookedAt: Date | null; isSilent: boolean }> {
  return tx.row(
    `select max(looked_at) as "lookedAt", coalesce(max(looked_at) < clock_timestamp() - interval '${silentAfter}', true) as "isSilent" from auditor_checks`,
  );
}

export async function listInvariants(tx: Tx): Promise<ShownInvariant[]> {
  const looks = await tx.rows<{ name: string; lookedAt: Date; failed: boolean }>(
    `select invariant as name, looked_at as "lookedAt", failed is not null as failed from auditor_checks`,
  );
  const counts = await tx.rows<{ name: string; broken: number }>(
    `select invariant as name, count(*) as broken from auditor_findings
     where raised_at is not null and mended_at is null and settled_at is null group by 1`,
  );
  return invariantNames.map((name) => {
    const look = looks.find((look) => look.name === name);
    const { clause, promise } = invariants[name];
    return {
      name,
      clause,
      promise,
      lookedAt: look?.lookedAt ?? null,
      failed: look?.failed ?? false,
      broken: counts.find((count) => count.name === name)?.broken ?? 0,
    };
  });
}

export interface ShownFinding {
  id: string;
  invariant: InvariantName;
  subject: string;
  facts: Record<string, unknown>;
  /** About the installation, and so shown to every workspace's people. */
  isMachine: boolean;
  firstSeenAt: Date;
  lastSeenAt: Date;
  mendedAt: Date | null;
  settledAt: Date | null;
  /** It cannot mend: somebody says that it has been dealt with. */
  canSettle: boolean;
}

const columns = `id, invariant, subject, facts, tenant_id = '${machine}' as "isMachine", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt",
  mended_at as "mendedAt", settled_at as "settledAt"`;

/** The newest first; `after`: instant and id of the last one of the page before. */
export async function listFindings(
  tx: Tx,
  page: { after: string[] | undefined; rows: number },
): Promise<(ShownFinding & { sortKey: string })[]> {
  const found = await tx.rows<Omit<ShownFinding, 'canSettle'> & { sortKey: string }>(
    `select ${columns}, first_seen_at::text as "sortKey" from auditor_findings
     where raised_at is not null and ($1::timestamptz is null or (first_seen_at, id) < ($1, $2::uuid)) order by first_seen_at desc, id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
  return found.map(withVerbs);
}

function withVerbs<Finding extends Omit<ShownFinding, 'canSettle'>>(finding: Finding): Finding & { canSettle: boolean } {
  const isOpen = finding.mendedAt === null && finding.settledAt === null;
  return { ...finding, canSettle: isOpen && !finding.isMachine && !invariants[finding.invariant].mends };
}

/** Somebody has dealt with it. Null: there is no such finding; one that mends by itself is left as it is. */
export async function settleFinding(tx: Tx, findingId: string, byUser: string): Promise<ShownFinding | null> {
  const lasting = invariantNames.filter((name) => !invariants[name].mends);
  await tx.run(
    `update auditor_findings set settled_at = clock_timestamp(), settled_by = $2
     where tenant_id = decorum.tenant() and id = $1 and settled_at is null and invariant = any($3)`,
    [findingId, byUser, lasting],
  );
  const [finding] = await tx.rows<Omit<ShownFinding, 'canSettle'>>(
    `select ${columns} from auditor_findings where tenant_id = decorum.tenant() and id = $1`,
    [findingId],
  );
  return finding ? withVerbs(finding) : null;
}

/** Since when the auditor holds the workspace's sending; null: it does not. */
export async function heldSince(tx: Tx): Promise<Date | null> {
  const [hold] = await tx.rows<{ since: Date }>(
    `select since_at as since from sending_stops where scope_id = decorum.tenant() and kind = 'hold' and because = 'auditor'`,
  );
  return hold?.since ?? null;
}

/** Messages that begin after a suppression and that nobody has dealt with. */
export async function unsettledHolds(tx: Tx): Promise<number> {
  const { left } = await tx.row<{ left: number }>(
    `select count(*) as left from auditor_findings
     where tenant_id = decorum.tenant() and invariant = 'message_after_suppression' and raised_at is not null and settled_at is null`,
  );
  return left;
}

/** Lets the workspace's sending go on. */
export async function releaseHold(tx: Tx): Promise<void> {
  const released = await tx.run(
    `delete from sending_stops where scope_id = decorum.tenant() and kind = 'hold' and because = 'auditor'`,
  );
  if (released > 0) await goOn(tx, null);
}
