import express, { type Response } from 'express';
import { listCertificates } from '../db/deletion/certificates.ts';
import { type Deletion, findDeletion } from '../db/deletion/record.ts';
import { readCertificateLink } from '../providers/certificateToken.ts';
import { certificateJson, certificatePdf, jwksOf } from './certificateFiles.ts';
import type { Dependencies } from './dependencies.ts';
import { html, page } from './html.ts';
import { Problem } from './problem.ts';

/** The deletion of an account and its certificates, for those who cannot log in any more: the link says whose. Nothing here is a person's. */
export function certificatePages(deps: Dependencies): express.Router {
  const router = express.Router();
  const found = async (token: string) => {
    const claims = readCertificateLink(deps.linkKeys, token);
    const known =
      claims &&
      (await deps.db.inTenant(claims.tenantId, async (tx) => ({
        deletion: await findDeletion(tx, claims.deletionId),
        certificates: await listCertificates(tx, claims.deletionId),
      })));
    if (!known?.deletion) throw new Problem('not-found', 'This link is not complete.');
    return { deletion: known.deletion, certificates: known.certificates };
  };
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.get('/:token', async ({ params: { token } }, response) => {
    const { deletion, certificates } = await found(token);
    response.type('html').send(shown(token, deletion, certificates));
  });
  router.get('/:token/:file', async ({ params: { token, file } }, response: Response) => {
    const { certificates } = await found(token);
    const certificate = certificates.find(({ kind }) => [`${kind}.json`, `${kind}.pdf`].includes(file));
    if (!certificate) throw new Problem('not-found', 'There is no such certificate yet.');
    response.set('Content-Disposition', `attachment; filename="deletion-${file}"`);
    if (file.endsWith('.json')) response.type('json').send(certificateJson(certificate, deps.certificates));
    else certificatePdf(certificate).pipe(response.type('application/pdf'));
  });
  return router;
}

/** Where whoever holds a certificate finds the keys to check it with (RFC 8615). */
export function publicKeys({ certificates }: Pick<Dependencies, 'certificates'>): express.RequestHandler {
  return (_request, response) => void response.type('application/jwk-set+json').send(JSON.stringify(jwksOf(certificates)));
}

const states: Readonly<Record<Deletion['state'], string>> = {
  frozen: 'The account is frozen. Until the grace ends it can be taken back.',
  purging: 'The account is being erased.',
  purged: 'The account is erased from the live systems. Backups of before expire by and by.',
  closed: 'The account is gone, and no backup can restore it.',
  cancelled: 'The deletion was cancelled: the account goes on.',
};

function shown(token: string, deletion: Deletion, certificates: readonly { kind: string; issuedAt: Date }[]): string {
  const at = (instant: Date | null) => instant?.toISOString() ?? 'not yet';
  return page(
    'Deletion of an account',
    html`<h1>Deletion of an account</h1>
      <p>${states[deletion.state]}</p>
      <dl>
        <dt>Asked for</dt>
        <dd>${at(deletion.askedAt)}</dd>
        <dt>The grace ends</dt>
        <dd>${at(deletion.purgeAt)}</dd>
        <dt>Erased and found gone</dt>
        <dd>${at(deletion.purgedAt)}, promised before ${at(deletion.liveDueAt)}</dd>
        <dt>No backup left</dt>
        <dd>${at(deletion.closedAt)}, promised before ${at(deletion.backupsDueAt)}</dd>
      </dl>
      ${certificates.map(
        ({ kind, issuedAt }) => html`<p>
          Certificate "${kind === 'live' ? 'live systems' : 'final'}" of ${at(issuedAt)}:
          <a href="/certificates/${token}/${kind}.json">JSON</a>, <a href="/certificates/${token}/${kind}.pdf">PDF</a>
        </p>`,
      )}
      <p class="small">Keep this link: nobody can log in any more once the account is erased.</p>`,
  );
}
