import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Certificate } from '../db/deletion/certificates.ts';
import { jwkOf, readCertificate } from '../providers/certificateSignature.ts';
import type { ClearanceSigner } from '../providers/clearanceSignature.ts';
import { pdf, type PdfSection } from '../providers/pdf.ts';

/** The public keys under which certificates verify (RFC 7517); those of before a rotation stay. */
export const jwksOf = ({ publicKeys }: Pick<ClearanceSigner, 'publicKeys'>) => ({ keys: publicKeys.map(jwkOf) });

/** A file that `npm run verify-certificate` checks with nothing else: what is certified, its signature, the keys. */
export function certificateJson({ jws }: Certificate, signer: Pick<ClearanceSigner, 'publicKeys'>): string {
  return `${JSON.stringify({ certificate: readCertificate(jws), jws, jwks: jwksOf(signer) }, null, 2)}\n`;
}

const Words = z.object({
  kind: z.string(),
  partial: z.boolean(),
  tenantId: z.string(),
  deletionId: z.string(),
  askedAt: z.string(),
  purgedAt: z.string().nullable(),
  keyDestroyedAt: z.string().nullable(),
  backupsGoneAt: z.string().nullable(),
  dueAt: z.object({ live: z.string(), backups: z.string() }),
  nodes: z.array(
    z.object({ node: z.string(), state: z.string(), rows: z.int(), kept: z.int(), because: z.string(), until: z.string() }),
  ),
});

/** The same to be read by people, with the signature at its end. */
export function certificatePdf({ jws, issuedAt, kind }: Certificate): Readable {
  return pdf(`Certificate of deletion: ${kind === 'live' ? 'live systems' : 'final'}`, issuedAt, sectionsOf(jws));
}

function sectionsOf(jws: string): PdfSection[] {
  const words = Words.parse(readCertificate(jws));
  const erased = words.nodes.filter(({ rows, kept, state }) => rows > 0 || (kept === 0 && state === 'done'));
  const kept = words.nodes.filter(({ kept: some }) => some > 0);
  const skipped = words.nodes.filter(({ state }) => state !== 'done');
  return [
    {
      heading: words.partial ? 'Partial: something was skipped' : 'Everything was erased, but for what is named here',
      text: `Workspace ${words.tenantId}, deletion ${words.deletionId}\nAsked for: ${words.askedAt}\nErased and found gone: ${words.purgedAt ?? 'not yet'} (promised before ${words.dueAt.live})\nKey destroyed: ${words.keyDestroyedAt ?? 'not yet'}\nNo backup left: ${words.backupsGoneAt ?? 'not yet'} (promised before ${words.dueAt.backups})`,
    },
    { heading: 'Erased', text: erased.map(({ node, rows }) => `${node}: ${rows}`).join('\n') },
    {
      heading: 'Kept',
      text:
        kept
          .map(({ node, kept: some, because, until }) => `${node}: ${some}, ${because}${until === '' ? '' : `, until ${until}`}`)
          .join('\n') || 'Nothing.',
    },
    {
      heading: 'Skipped',
      text: skipped.map(({ node, because }) => `${node}: ${because || 'not done'}`).join('\n') || 'Nothing.',
    },
    { heading: 'Signature (JWS, Ed25519)', text: jws.replaceAll(/(.{90})/g, '$1\n') },
  ];
}
