import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { z } from 'zod';
import { audited } from '../db/audit/log.ts';
import { backupsHolding } from '../db/backups/catalogue.ts';
import { issueCertificate } from '../db/deletion/certificates.ts';
import { type Look, lookAtDeletion, noteFailure } from '../db/deletion/look.ts';
import {
  beginPurge,
  closeWishes,
  endDeletion,
  endPurge,
  eraseAgain,
  keepBilling,
  mayPurge,
  proveTables,
  readProbes,
  samplePeople,
  workToEnd,
} from '../db/deletion/purging.ts';
import { endNode, noteRows, readDeletion } from '../db/deletion/record.ts';
import { eraseAccountBatch } from '../db/erasure/batches.ts';
import { planErasure } from '../db/erasure/plan.ts';
import { countLeft, probe } from '../db/erasure/proof.ts';
import { writeTombstones } from '../db/erasure/tombstones.ts';
import { eraseCopies } from '../db/rehearsal/keeping.ts';
import type { Tx } from '../db/transaction.ts';
import { signCertificate } from '../providers/certificateSignature.ts';
import { addressHash } from '../providers/keyedHash.ts';
import { beating } from './beating.ts';
import { tellOfDelay } from './deletion/tellOfDelay.ts';
import type { DeletionDependencies } from './deletion/world.ts';

const probesColumn = 'account_deletions.probes';
/** Of an execution that was deleted; shorter than the call may take. */
const listedForMs = 3 * 60 * 1000;

/** What the deletion of an account asks of the world. Each step is a no-op once it is done, and false when it is not its time. */
export function deletionActivities(deps: DeletionDependencies) {
  const { db, vault, executions, certificates } = deps;
  const inTenant = <Result>(tenantId: string, work: (tx: Tx) => Promise<Result>) => db.inTenant(tenantId, work);

  /** How many executions there were; each is ended and deleted. */
  async function removeRuns(tenantId: string): Promise<number> {
    const found = await executions.find(await inTenant(tenantId, workToEnd));
    for (const execution of found) await executions.remove(execution);
    return found.length;
  }

  return {
    lookAtDeletion: (tenantId: string, deletionId: string): Promise<Look> =>
      inTenant(tenantId, (tx) => lookAtDeletion(tx, deletionId)),

    noteFailedDeletion: (tenantId: string, deletionId: string): Promise<void> =>
      inTenant(tenantId, (tx) => noteFailure(tx, deletionId)),

    /** Tells officers and the operator that something is late; answers whether the execution may carry the alarm as a search attribute. */
    async tellOfDelay(tenantId: string, deletionId: string): Promise<boolean> {
      Context.current().log.error('the deletion of an account is late', { tenantId, deletionId });
      await tellOfDelay(deps, tenantId, deletionId);
      return executions.knowsAlarms();
    },

    beginPurge: (tenantId: string, deletionId: string): Promise<boolean> =>
      inTenant(tenantId, async (tx) => {
        const begun = await beginPurge(tx, deletionId, async () =>
          vault.encrypt(JSON.stringify(await samplePeople(tx)), { tenantId, column: probesColumn }),
        );
        if (begun) await audited(tx, { action: 'account purge begins', subjectKind: 'deletion', subjectId: deletionId });
        return begun;
      }),

    /** First, so that nothing writes again what has been erased. */
    endOtherRuns: (tenantId: string, deletionId: string): Promise<boolean> =>
      beating(async () => {
        const isHeld = await inTenant(tenantId, async (tx) => {
          if (!(await mayPurge(tx, deletionId))) return true;
          await closeWishes(tx);
          return false;
        });
        if (isHeld) return false;
        const count = await removeRuns(tenantId);
        await eraseCopies(db, tenantId);
        await inTenant(tenantId, (tx) => noteRows(tx, deletionId, 'executions', count));
        return true;
      }),

    /** What tax law keeps goes where the purge does not come. */
    detachBilling: (tenantId: string, deletionId: string): Promise<boolean> =>
      inTenant(tenantId, async (tx) => {
        if (!(await mayPurge(tx, deletionId))) return false;
        await keepBilling(tx, deletionId);
        return true;
      }),

    /** Erases for a minute at most. `held`: somebody has placed a hold; with its release it goes on where it was. */
    eraseNext: (tenantId: string, deletionId: string): Promise<'more' | 'erased' | 'held'> =>
      beating(async () => {
        const { cancellationSignal } = Context.current();
        const endsAt = deps.monotonicMs() + deps.erases.forMs;
        const plan = await inTenant(tenantId, planErasure);
        for (;;) {
          const state = await inTenant(tenantId, async (tx) => {
            if (!(await mayPurge(tx, deletionId))) return 'held' as const;
            const { table, rows, done } = await eraseAccountBatch(tx, plan, { limit: deps.erases.batchRows });
            if (table !== null) await noteRows(tx, deletionId, `table:${table}`, rows);
            return done ? ('erased' as const) : ('more' as const);
          });
          if (state !== 'more' || cancellationSignal.aborted || deps.monotonicMs() >= endsAt) return state;
        }
      }),

    /** Counts every table, searches for what was there, and finds no execution open; throws when anything is left. */
    proveErased: (tenantId: string, deletionId: string): Promise<boolean> =>
      beating(async () => {
        // Temporal deletes at its leisure, what has just ended half a minute later: what is listed for minutes is left.
        const patientUntilMs = deps.monotonicMs() + listedForMs;
        while ((await removeRuns(tenantId)) > 0) {
          if (deps.monotonicMs() >= patientUntilMs)
            throw ApplicationFailure.retryable('There are executions left.', 'executions');
          await sleep(1_000);
        }
        const left = await inTenant(tenantId, async (tx) => {
          if (!(await mayPurge(tx, deletionId))) return null;
          const plan = await planErasure(tx);
          const rows = await proveTables(tx, deletionId, await countLeft(tx, plan));
          const token = await readProbes(tx, deletionId);
          const words = token === null ? [] : wordsIn(vault.decrypt(token, { tenantId, column: probesColumn }));
          const kept = new Set(plan.tables.filter(({ fate }) => fate === 'keep').map(({ table }) => table));
          const found = await probe(tx, words);
          const hits = found.filter(({ table }) => !kept.has(table)).length;
          if (rows + hits > 0) {
            await eraseAgain(tx);
            return { rows, hits };
          }
          const inKept = [...new Set(found.map(({ table }) => table))];
          await noteRows(tx, deletionId, 'probes', words.length);
          await endNode(tx, deletionId, 'probes', {
            kept: inKept.length,
            because:
              inKept.length === 0 ? 'searched for in every table: none was found' : `found in what is kept: ${inKept.join(', ')}`,
          });
          await endNode(tx, deletionId, 'executions', { because: 'none is open, none is listed' });
          return { rows: 0, hits: 0 };
        });
        if (left === null) return false;
        if (left.rows + left.hits > 0)
          throw ApplicationFailure.nonRetryable(`${left.rows} rows and ${left.hits} words are left.`, 'left');
        return true;
      }),

    /** The erasure is noted outside the database first: a restore that comes between the two erases the account again. */
    async destroyKey(tenantId: string, deletionId: string): Promise<boolean> {
      const tombstones = await inTenant(tenantId, async (tx) =>
        (await mayPurge(tx, deletionId))
          ? writeTombstones(tx, [{ kind: 'account', hash: addressHash(deps.addressKey, tenantId, tenantId) }])
          : null,
      );
      if (tombstones === null) return (await inTenant(tenantId, (tx) => readDeletion(tx, deletionId))).state === 'purged';
      await deps.ledger?.appendTombstones(tombstones);
      return inTenant(tenantId, async (tx) => {
        if (!(await mayPurge(tx, deletionId))) return false;
        await endPurge(tx, deletionId);
        return true;
      });
    },

    /** Reads the catalogue and the files themselves; false while any of them could restore somebody. */
    async findNoBackup(tenantId: string, deletionId: string): Promise<boolean> {
      const files = (await deps.backupStore?.list()) ?? [];
      const isGone = await inTenant(tenantId, async (tx) => {
        const { state, purgedAt } = await readDeletion(tx, deletionId);
        if (state === 'closed') return true;
        if (purgedAt === null) return false;
        const holding = await backupsHolding(tx, { erasedAt: purgedAt });
        if (holding.length > 0 || files.some(({ takenAt }) => takenAt <= purgedAt)) return false;
        await endDeletion(tx, deletionId);
        return true;
      });
      if (!isGone) throw ApplicationFailure.retryable('A backup of before the purge is there.', 'backups');
      return true;
    },

    certify: (tenantId: string, deletionId: string): Promise<boolean> =>
      inTenant(tenantId, async (tx) => {
        await issueCertificate(tx, deletionId, (certificate) => signCertificate(certificates, certificate));
        return true;
      }),
  };
}

const wordsIn = (sample: Buffer): string[] => z.array(z.string()).parse(JSON.parse(sample.toString()));

export type DeletionActivities = ReturnType<typeof deletionActivities>;
