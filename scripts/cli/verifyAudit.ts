import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { headRecord, listChains } from '../../db/audit/heads.ts';
import { verifyChain } from '../../db/audit/verify.ts';
import { roleUrl } from '../../db/roles.ts';
import { openDatabase } from '../../db/transaction.ts';
import { clearanceSigner } from '../../providers/clearanceSignature.ts';
import { runningEnvironment } from './runningEnvironment.ts';

/** What an earlier run printed: kept elsewhere, it proves that nothing newest was cut off since. */
const Report = z.object({ chains: z.array(z.object({ tenantId: z.uuid(), entries: z.int(), hash: z.string() })) });

export const verifyAuditCommand = new Command('verify-audit')
  .description('Reads every workspace’s audit log and says whether an entry was changed, left out or cut off; exits with 1 if so')
  .option('--since <file>', 'what an earlier run printed: its entries must still be there')
  .option('--tenant <id>', 'this workspace only')
  .action(verify);

async function verify({ since, tenant }: { since?: string; tenant?: string }): Promise<void> {
  const known = since === undefined ? [] : Report.parse(JSON.parse(readFileSync(since, 'utf8'))).chains;
  const environment = runningEnvironment();
  const signer = clearanceSigner(environment.keys.auditSeeds);
  const db = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_app'), max: 2 });
  try {
    const ids = new Set([...(await listChains(db)), ...known].map(({ tenantId }) => tenantId));
    const chains: object[] = [];
    const broken: object[] = [];
    for (const tenantId of [...ids].filter((id) => tenant === undefined || id === tenant).sort()) {
      const before = known
        .filter((chain) => chain.tenantId === tenantId)
        .map(({ entries, hash }) => ({ seq: entries, hash: Buffer.from(hash, 'hex') }));
      const verdict = await db.inTenant(tenantId, (tx) =>
        verifyChain(tx, (head) => signer.verify(headRecord(tenantId, head, head.signedAt), head.signature), before),
      );
      if (verdict.ok) {
        chains.push({
          tenantId,
          entries: verdict.entries,
          signed: verdict.signed,
          hash: verdict.head?.hash.toString('hex') ?? '',
        });
      } else broken.push({ tenantId, at: verdict.at, because: verdict.because });
    }
    console.log(JSON.stringify({ publicKeys: signer.publicKeys, chains, broken }, null, 1));
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await db.close();
  }
}
