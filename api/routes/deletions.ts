import { z } from 'zod';
import { askDeletion, cancelDeletion } from '../../db/deletion/asking.ts';
import { findCertificate, listCertificates } from '../../db/deletion/certificates.ts';
import { type Deletion as Stored, deletionStates, findDeletion, listDeletions, listNodes } from '../../db/deletion/record.ts';
import { startExport } from '../../db/exports/start.ts';
import { heldNow } from '../../db/legalHolds.ts';
import type { Tx } from '../../db/transaction.ts';
import { portabilityDeadline } from '../../law/answers.ts';
import { closureDates } from '../../law/closure.ts';
import { signCertificateLink } from '../../providers/certificateToken.ts';
import { certificateJson, certificatePdf } from '../certificateFiles.ts';
import type { Dependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';
import { reauthenticated } from '../reauthentication.ts';
import { route, type Who } from '../route.ts';
import { File, Id, Instant } from '../shapes.ts';

const Certificate = z.object({ id: Id, kind: z.enum(['live', 'final']), isPartial: z.boolean(), issuedAt: Instant });
const Deletion = z
  .object({
    id: Id,
    state: z.enum(deletionStates),
    askedBy: Id,
    askedAs: z.enum(['owner', 'officer']),
    askedAt: Instant,
    graceDays: z.int(),
    purgeAt: Instant.meta({ description: 'When the grace ends and the purge begins.' }),
    liveDueAt: Instant.meta({ description: 'Everything is erased before (P7).' }),
    backupsDueAt: Instant.meta({ description: 'No backup can restore it before (P7).' }),
    purgedAt: Instant.nullable(),
    keyDestroyedAt: Instant.nullable(),
    closedAt: Instant.nullable(),
    cancelledAt: Instant.nullable(),
    isHeld: z.boolean().meta({ description: 'A legal hold stops the purge.' }),
    isLate: z.boolean().meta({ description: 'Officers were told that something is late.' }),
    failures: z.int(),
    nodes: z.array(
      z.object({
        node: z.string(),
        state: z.enum(['open', 'done', 'skipped']),
        rows: z.int(),
        kept: z.int(),
        because: z.string(),
        until: z.string(),
      }),
    ),
    certificates: z.array(Certificate),
    link: z
      .string()
      .meta({ description: 'Shows the deletion and its certificates to whoever has it, for good, without a log-in.' }),
  })
  .meta({ id: 'Deletion' });
const params = z.object({ deletionId: Id });

const list = route({
  method: 'get',
  path: '/deletions',
  action: 'deletions.read',
  tag: 'Deletion',
  summary: 'Deletions of this account, the newest first',
  reply: { status: 200, schema: z.object({ items: z.array(Deletion) }) },
  handle: ({ who, db, deps }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const items: z.input<typeof Deletion>[] = [];
      for (const deletion of await listDeletions(tx)) items.push(await shown(tx, who, deps, deletion));
      return { items };
    }),
});

const read = route({
  method: 'get',
  path: '/deletions/{deletionId}',
  action: 'deletions.read',
  tag: 'Deletion',
  summary: 'A deletion: its dates, what is done of it, its certificates',
  params,
  reply: { status: 200, schema: Deletion },
  errors: ['not-found'],
  handle: ({ who, db, deps, params: { deletionId } }) =>
    db.inTenant(who.tenantId, async (tx) => shown(tx, who, deps, await mustFind(tx, deletionId))),
});

const ask = route({
  method: 'post',
  path: '/deletions',
  action: 'deletions.write',
  tag: 'Deletion',
  summary: 'Delete the account and everything kept for it (P7): it is frozen when this is answered',
  body: z
    .strictObject({
      password: z.string().min(1).max(1000).meta({ description: 'The present password of whoever asks.' }),
      code: z.string().max(40).optional().meta({ description: 'Of the second factor, where one is set up.' }),
      graceDays: z.int().min(0).max(25).default(14).meta({ description: 'For so long it can be taken back.' }),
      withExport: z
        .boolean()
        .default(false)
        .meta({ description: 'Writes everything of the account to a file first, for which it wants a day of grace at least.' }),
    })
    .refine(({ graceDays, withExport }) => graceDays > 0 || !withExport, {
      path: ['graceDays'],
      error: 'Without a day of grace the file would be erased before anybody has fetched it.',
    }),
  reply: { status: 202, schema: Deletion },
  errors: ['wrong-credentials', 'second-factor-wanted', 'too-many-requests'],
  async handle({ who, db, deps, body }) {
    await reauthenticated(deps, who, body);
    return db.inTenant(who.tenantId, async (tx) => {
      const as = who.role === 'owner' ? 'owner' : 'officer';
      if (body.withExport) {
        await startExport(tx, { contactId: null, askedBy: who.userId, deadline: portabilityDeadline });
      }
      const deletion = await askDeletion(tx, { byUser: who.userId, as, graceDays: body.graceDays }, closureDates);
      return shown(tx, who, deps, deletion);
    });
  },
});

const cancel = route({
  method: 'post',
  path: '/deletions/{deletionId}/cancel',
  action: 'deletions.write',
  tag: 'Deletion',
  summary: 'Take the deletion back within its grace: the account goes on where it was frozen',
  params,
  reply: { status: 200, schema: Deletion },
  errors: ['not-found', 'conflict'],
  handle: ({ who, db, deps, params: { deletionId } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await mustFind(tx, deletionId);
      const isCancelled = await cancelDeletion(tx, deletionId, who.userId);
      if (!isCancelled) throw new Problem('conflict', 'It is too late: the purge has begun, or it was cancelled before.');
      return shown(tx, who, deps, await mustFind(tx, deletionId));
    }),
});

const certificateParams = z.object({ certificateId: Id });
const json = route({
  method: 'get',
  path: '/certificates/{certificateId}/certificate.json',
  action: 'deletions.read',
  tag: 'Deletion',
  summary: 'A certificate of deletion with its signature, as `npm run verify-certificate` checks it',
  params: certificateParams,
  reply: { status: 200, schema: File, mediaType: 'application/octet-stream' },
  errors: ['not-found'],
  async handle({ who, db, deps, params: { certificateId }, reply }) {
    const certificate = await db.inTenant(who.tenantId, (tx) => mustHave(tx, certificateId));
    reply('Content-Disposition', `attachment; filename="deletion-${certificate.kind}.json"`);
    return certificateJson(certificate, deps.certificates);
  },
});

const readable = route({
  method: 'get',
  path: '/certificates/{certificateId}/certificate.pdf',
  action: 'deletions.read',
  tag: 'Deletion',
  summary: 'The same to be read by people',
  params: certificateParams,
  reply: { status: 200, schema: File, mediaType: 'application/pdf' },
  errors: ['not-found'],
  async handle({ who, db, params: { certificateId }, reply }) {
    const certificate = await db.inTenant(who.tenantId, (tx) => mustHave(tx, certificateId));
    reply('Content-Disposition', `attachment; filename="deletion-${certificate.kind}.pdf"`);
    return certificatePdf(certificate);
  },
});

export const deletionRoutes = [list, read, ask, cancel, json, readable];

async function mustFind(tx: Tx, deletionId: string): Promise<Stored> {
  const deletion = await findDeletion(tx, deletionId);
  if (!deletion) throw new Problem('not-found', 'There is no such deletion in this workspace.');
  return deletion;
}

async function mustHave(tx: Tx, certificateId: string) {
  const certificate = await findCertificate(tx, certificateId);
  if (!certificate) throw new Problem('not-found', 'There is no such certificate in this workspace.');
  return certificate;
}

async function shown(tx: Tx, who: Who, deps: Dependencies, deletion: Stored): Promise<z.input<typeof Deletion>> {
  const isOpen = deletion.state === 'frozen' || deletion.state === 'purging';
  return {
    ...deletion,
    isHeld: isOpen && (await heldNow(tx, { account: true })).length > 0,
    isLate: deletion.toldDay > 0 && deletion.state !== 'closed' && deletion.state !== 'cancelled',
    nodes: await listNodes(tx, deletion.id),
    certificates: await listCertificates(tx, deletion.id),
    link: `${deps.publicUrl}/certificates/${signCertificateLink(deps.linkKeys, { tenantId: who.tenantId, deletionId: deletion.id })}`,
  };
}
