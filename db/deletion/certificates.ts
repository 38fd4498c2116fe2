import type { Json } from '../../domain/canonicalJson.ts';
import type { Tx } from '../transaction.ts';
import { type Deletion, listNodes, type Node, readDeletion } from './record.ts';

export type CertificateKind = 'live' | 'final';

export interface Certificate {
  id: string;
  deletionId: string;
  kind: CertificateKind;
  isPartial: boolean;
  issuedAt: Date;
  jws: string;
}

const columns = `id, deletion_id as "deletionId", kind, is_partial as "isPartial", issued_at as "issuedAt", jws`;

/** Newest first. */
export const listCertificates = (tx: Tx, deletionId: string): Promise<Certificate[]> =>
  tx.rows<Certificate>(`select ${columns} from deletion_certificates where deletion_id = $1 order by issued_at desc, kind`, [
    deletionId,
  ]);

export async function findCertificate(tx: Tx, certificateId: string): Promise<Certificate | undefined> {
  const [found] = await tx.rows<Certificate>(`select ${columns} from deletion_certificates where id = $1`, [certificateId]);
  return found;
}

/** Issues the certificate that the deletion's state allows, once: "live systems" after the purge, "final" at the end. */
export async function issueCertificate(tx: Tx, deletionId: string, sign: (certificate: Json) => string): Promise<void> {
  const deletion = await readDeletion(tx, deletionId);
  const kind: CertificateKind = deletion.state === 'closed' ? 'final' : 'live';
  const { now } = await tx.row<{ now: Date }>(`select date_trunc('milliseconds', decorum.now()) as now`);
  const nodes = await listNodes(tx, deletionId);
  const isPartial = nodes.some(({ state }) => state !== 'done');
  const jws = sign(wordsOf(tx.tenantId, deletion, { kind, nodes, isPartial, issuedAt: now }));
  await tx.run(
    `insert into deletion_certificates (tenant_id, deletion_id, kind, is_partial, issued_at, jws) values (decorum.tenant(), $1, $2, $3, $4, $5)
     on conflict (tenant_id, deletion_id, kind) do nothing`,
    [deletionId, kind, isPartial, now, jws],
  );
}

/** What a certificate says: ids, counts and instants, nothing of a person. */
function wordsOf(
  tenantId: string,
  deletion: Deletion,
  { kind, nodes, isPartial, issuedAt }: { kind: CertificateKind; nodes: readonly Node[]; isPartial: boolean; issuedAt: Date },
): Json {
  const at = (instant: Date | null) => instant?.toISOString() ?? null;
  return {
    version: 1,
    kind: kind === 'live' ? 'live systems' : 'final',
    partial: isPartial,
    tenantId,
    deletionId: deletion.id,
    promise: 'P7',
    askedAt: at(deletion.askedAt),
    askedAs: deletion.askedAs,
    graceEndedAt: at(deletion.purgeAt),
    purgedAt: at(deletion.purgedAt),
    keyDestroyedAt: at(deletion.keyDestroyedAt),
    backupsGoneAt: at(deletion.closedAt),
    dueAt: { live: at(deletion.liveDueAt), backups: at(deletion.backupsDueAt) },
    issuedAt: at(issuedAt),
    nodes: nodes.map(({ node, state, rows, kept, because, until, startedAt, doneAt }) => ({
      node,
      state,
      rows,
      kept,
      because,
      until,
      startedAt: at(startedAt),
      doneAt: at(doneAt),
    })),
  };
}
