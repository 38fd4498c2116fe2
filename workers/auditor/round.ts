import type { Logger } from 'pino';
import { backupsUnsound } from '../../db/auditor/backups.ts';
import { breachDatesThatDiffer } from '../../db/auditor/breachLines.ts';
import { noteCheck, recordSeen, secondsSince } from '../../db/auditor/findings.ts';
import { type InvariantName, invariantNames, invariants, machine, type Seen } from '../../db/auditor/invariants.ts';
import { keptInNameOnly } from '../../db/auditor/kept.ts';
import { keysWithoutTenant, outboxUndelivered, tablesWithoutWall } from '../../db/auditor/machinery.ts';
import { canariesUnheard, handingTooLong, messagesAfterSuppression, registriesStale } from '../../db/auditor/messages.ts';
import {
  dueDatesThatDiffer,
  obligationsOverdue,
  obligationsWithoutWorkflow,
  workflowsWithoutObligation,
} from '../../db/auditor/obligations.ts';
import type { Database } from '../../db/transaction.ts';
import { readBreachTable } from './breachTable.ts';

/** More at once are not written down: whoever has a thousand broken promises is told by the first. */
export const mostSeen = 1_000;
/** What began or closed may reach the record a little later than it happened. */
const overlapSeconds = 900;

export interface RoundWorld {
  /** Of the role that sees ids and instants over all tenants. */
  watcher: Database;
  /** Runs that Temporal marks as stuck (failingWorkflows.ts). */
  failing(): Promise<Seen[]>;
  log: Logger;
  monotonicMs(): number;
  /** Backups are of all workspaces: they live by the wall clock. */
  wallNow(): Date;
  /** A test's clock; absent: each workspace's own. */
  now?: (() => Promise<Date>) | undefined;
}

type Look = (world: RoundWorld, since: number | null) => Promise<Seen[]>;

/** By a query of its own; `$1` is a test's clock, `$2` how far to look back where history is long. */
const asked =
  (sql: string, parameters: 0 | 1 | 2 = 0, more: readonly unknown[] = []): Look =>
  async ({ watcher, now }, since) =>
    watcher.lookUp<Seen>(`${sql} limit ${mostSeen}`, [...[now ? await now() : null, since].slice(0, parameters), ...more]);

const both =
  (one: Look, other: Look): Look =>
  async (world, since) =>
    [...(await one(world, since)), ...(await other(world, since))].slice(0, mostSeen);

const breachTable = readBreachTable();
const looks: Partial<Record<InvariantName, Look>> = {
  message_after_suppression: asked(messagesAfterSuppression, 2),
  obligation_overdue: asked(obligationsOverdue, 1),
  due_date_differs: both(
    asked(dueDatesThatDiffer, 2),
    asked(breachDatesThatDiffer, 2, [JSON.stringify(breachTable.rows), breachTable.version]),
  ),
  kept_in_name_only: asked(keptInNameOnly),
  obligation_without_workflow: asked(obligationsWithoutWorkflow),
  workflow_without_obligation: asked(workflowsWithoutObligation),
  table_without_wall: asked(tablesWithoutWall),
  key_without_tenant: asked(keysWithoutTenant),
  registry_stale: asked(registriesStale, 1),
  backups_unsound: ({ watcher, wallNow }) => watcher.lookUp<Seen>(`${backupsUnsound} limit ${mostSeen}`, [wallNow()]),
  workflow_task_failing: ({ failing }) => failing(),
  outbox_undelivered: asked(outboxUndelivered),
  handing_too_long: asked(handingTooLong),
  canary_unheard: asked(canariesUnheard),
  auditor_silent: () => Promise.resolve([]), // it looks, so it is not silent
};

/** One look at everything: each invariant by itself, so that one that cannot be looked at hides none of the others. */
export async function auditRound(world: RoundWorld): Promise<void> {
  const { watcher, log, monotonicMs } = world;
  const unable: Seen[] = [];
  for (const name of invariantNames) {
    const look = name === 'check_failed' ? () => Promise.resolve(unable) : looks[name];
    if (!look) continue;
    const from = monotonicMs();
    try {
      const since = await secondsSince(watcher, name);
      const seen = await look(world, since === null ? null : since + overlapSeconds);
      await recordSeen(watcher, name, invariants[name], { seen, isWhole: seen.length < mostSeen });
      await noteCheck(watcher, name, { tookMs: monotonicMs() - from, failed: null });
    } catch (error) {
      log.error({ err: error, invariant: name }, 'an invariant could not be looked at');
      unable.push({ tenantId: machine, subject: name, facts: {} });
      await noteCheck(watcher, name, { tookMs: monotonicMs() - from, failed: codeOf(error) });
    }
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' || typeof code === 'number' ? String(code) : String(name);
}
