import { askDeletion } from '../../db/deletion/asking.ts';
import { listCertificates } from '../../db/deletion/certificates.ts';
import { want } from '../../db/outbox.ts';
import { deletionWork } from '../../db/workflowIds.ts';
import { closureDates } from '../../law/closure.ts';
import { checkCertificate } from '../../providers/certificateSignature.ts';
import { clearanceSigner } from '../../providers/clearanceSignature.ts';
import { jwksOf } from '../../test/builders/deletion.ts';
import type { Account } from './people.ts';
import { until } from './work.ts';
import type { World } from './world.ts';

/** What a certificate says that matters here. */
export interface Certified {
  kind: string;
  partial: boolean;
  /** Erased, over all tables. */
  rows: number;
}

/** Asks for the deletion without a grace, as the API does, and leaves the rest to the workers. Answers its id. */
export async function deleteAccount({ db }: World, { tenantId, ownerId }: Account): Promise<string> {
  const asked = { byUser: ownerId, as: 'owner', graceDays: 0 } as const;
  return (await db.inTenant(tenantId, (tx) => askDeletion(tx, asked, closureDates))).id;
}

/** Waits for a certificate, and checks its signature with the public key alone. */
export async function certificateOf(
  world: World,
  { tenantId }: Account,
  deletionId: string,
  kind: 'live' | 'final',
): Promise<Certified> {
  let jws: string | undefined;
  await until(async () => {
    const certificates = await world.db.inTenant(tenantId, (tx) => listCertificates(tx, deletionId));
    jws = certificates.find((one) => one.kind === kind)?.jws;
    return jws !== undefined;
  });
  const checked = checkCertificate(jws ?? '', jwksOf(clearanceSigner(world.keys.certificateSeeds).publicKeys));
  if (!checked.genuine) throw new Error(checked.problem);
  const said = checked.certificate as unknown as { kind: string; partial: boolean; nodes: { node: string; rows: number }[] };
  const rows = said.nodes.reduce((sum, { node, rows: erased }) => sum + (node.startsWith('table:') ? erased : 0), 0);
  return { kind: said.kind, partial: said.partial, rows };
}

/** The account's clock jumps over the days until its backups must be gone, and its deletion looks again. */
export async function passDays({ owner, db }: World, { tenantId }: Account, deletionId: string, days: number): Promise<void> {
  await owner.query(`update tenants set clock_legal_from = clock_legal_from + make_interval(days => $2) where id = $1`, [
    tenantId,
    days,
  ]);
  await db.inTenant(tenantId, (tx) => want(tx, [deletionWork(tenantId, deletionId)]));
}
