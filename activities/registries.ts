import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { findLoad, letUploadsGo, takeFolderFile } from '../db/calls/registryLoads.ts';
import { ageingRegistries, markWarned } from '../db/calls/staleRegistries.ts';
import { registryStaleAt } from '../law/calls.ts';
import type { LanePool } from '../providers/mail/lanePool.ts';
import type { OutboundGuard } from '../providers/outboundGuard.ts';
import type { Vault } from '../providers/vault.ts';
import type { Dispatch } from './dispatch.ts';
import { fetchNew } from './registries/fetching.ts';
import { folderFiles, type RegistryFiles } from './registries/files.ts';
import { runLoad } from './registries/runLoad.ts';
import { tellOfficers } from './registries/tellOfficers.ts';

/** Of one look at all addresses: what is left of a large file is fetched by the next. */
const fetchMs = 4 * 60 * 1000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface RegistryDependencies extends RegistryFiles {
  dispatch: Dispatch;
  vault: Vault;
  pool: LanePool;
  outbound: OutboundGuard;
  /** Where new downloads are looked for, `{workspace}` standing for a workspace's id; fetched into its folder. */
  registryUrl?: string | undefined;
  /** The wall clock, by which files are dated. */
  now(): Date;
}

/** What the do-not-call registries' workflows ask of the world. */
export function registryActivities(deps: RegistryDependencies) {
  const { db, registryFolder, registryUrl, outbound, now } = deps;
  return {
    /** Brings a load to its end; true: it was refused, and the officers are to hear of it. */
    async loadRegistryFile(tenantId: string, loadId: string): Promise<boolean> {
      const context = Context.current();
      let linesRead = 0;
      const beat = setInterval(() => context.heartbeat(linesRead), 2_000);
      try {
        return await runLoad(
          {
            ...deps,
            onProgress(lines) {
              linesRead = lines;
              if (context.cancellationSignal.aborted) throw new Error('The worker stops: another goes on with the load.');
            },
          },
          tenantId,
          loadId,
        );
      } finally {
        clearInterval(beat);
      }
    },

    async reportRefusedLoad(tenantId: string, loadId: string): Promise<void> {
      const load = await db.inTenant(tenantId, (tx) => findLoad(tx, loadId));
      if (load?.state !== 'refused') return;
      const name = load.list === 'federal' ? 'federal Do Not Call Registry' : `${load.list} do-not-call list`;
      await tellOfficers(deps, tenantId, {
        id: `registry-refused.${loadId}`,
        subject: `A download of the ${name} was refused`,
        text: `${load.fileName}: ${load.reason}\n\nThe list that was in force stays in force. Load the file anew before its data is 31 days old.\n`,
      });
    },

    /** Takes in what is new at the operator's address and in the operator's folder. */
    async lookForRegistryFiles(): Promise<void> {
      if (registryFolder === undefined) return;
      const signal = AbortSignal.any([Context.current().cancellationSignal, AbortSignal.timeout(fetchMs)]);
      for (const { name: tenantId } of (await readdir(registryFolder, { withFileTypes: true })).filter((one) =>
        one.isDirectory(),
      )) {
        if (!uuid.test(tenantId)) continue;
        const known = await db.inTenant(tenantId, (tx) => tx.rows(`select from tenants where id = $1`, [tenantId]));
        if (known.length === 0) continue;
        const folder = join(registryFolder, tenantId);
        if (registryUrl !== undefined)
          await fetchInto(folder, { tenantId, address: registryUrl.replaceAll('{workspace}', tenantId), signal });
        const { files, unknown } = await folderFiles(folder, now());
        if (unknown.length > 0)
          Context.current().log.warn('files in the registry folder have names that say no list, date and account', {
            tenantId,
            unknown,
          });
        await db.inTenant(tenantId, async (tx) => {
          for (const { file, stamp } of files) await takeFolderFile(tx, file, stamp);
        });
      }
      await deps.dispatch.deliver();
    },

    /** From a week before a registry's data is stale its renewal is an obligation, of which the officers are told by e-mail too. */
    async warnOfStaleRegistries(): Promise<void> {
      const tenants = await db.lookUp<{ tenantId: string }>(
        `select tenant_id as "tenantId" from decorum.registry_tenants() order by 1`,
        [],
      );
      for (const { tenantId } of tenants) {
        const ageing = await db.inTenant(tenantId, async (tx) => {
          await letUploadsGo(tx);
          return ageingRegistries(tx, registryStaleAt);
        });
        for (const { list, edition, dataOn, areaCodes, staleAt } of ageing) {
          const name = list === 'federal' ? 'federal Do Not Call Registry' : `${list} do-not-call list`;
          const of = list === 'federal' ? ` (area codes ${areaCodes.join(', ')})` : '';
          await tellOfficers(deps, tenantId, {
            id: `registry-ageing.${edition}`,
            subject: `The ${name} must be loaded anew by ${staleAt.toISOString().slice(0, 10)}`,
            text: `The data of ${dataOn}${of} will be 31 days old at ${staleAt.toISOString()}. From then on no call to these numbers is cleared (16 CFR 310.4(b)(3)(iv)).\n`,
          });
          await db.inTenant(tenantId, (tx) => markWarned(tx, edition));
        }
      }
    },
  };

  /** What cannot be fetched keeps nothing of the folder from being loaded, and is tried again by the next look. */
  async function fetchInto(folder: string, of: { tenantId: string; address: string; signal: AbortSignal }): Promise<void> {
    const { tenantId, address, signal } = of;
    const { log } = Context.current();
    try {
      for (const { name, outcome, because } of await fetchNew({ guard: outbound, address, folder, signal })) {
        if (outcome === 'failed') log.warn('a registry file could not be fetched', { tenantId, name, because });
      }
    } catch (error) {
      log.warn('the address of the registry files gives no list of them', {
        tenantId,
        because: error instanceof Error ? error.message : String(error),
      });
    }
  }
}
export type RegistryActivities = ReturnType<typeof registryActivities>;
