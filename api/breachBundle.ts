import { createHash } from 'node:crypto';
import { type Evidence, listTold } from '../db/breach/evidence.ts';
import type { Database } from '../db/transaction.ts';
import type { EvidenceSigner } from '../providers/evidenceSignature.ts';
import type { PdfSection } from '../providers/pdf.ts';

const PAGE = 2_000;

/**
 * The bundle as one JSON object, in pieces, however many people it names. Its last member signs the SHA-256 of all bytes before
 * `,"signature"`, so that it can be checked with nothing but the file.
 */
export async function* bundleJson(
  db: Database,
  tenantId: string,
  evidence: Evidence,
  signer: EvidenceSigner,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const piece = (text: string) => {
    hash.update(text);
    return text;
  };
  yield piece(`${JSON.stringify(evidence).slice(0, -1)},"people":[`);
  for (let after: string | null = null, isFirst = true; ; isFirst = false) {
    const page = await db.inTenant(tenantId, (tx) => listTold(tx, evidence.incident.id, after, PAGE));
    if (page.length > 0) yield piece(`${isFirst ? '' : ','}${page.map((person) => JSON.stringify(person)).join(',')}`);
    after = page.at(-1)?.personId ?? null;
    if (page.length < PAGE) break;
  }
  yield piece(']');
  const sha256 = hash.digest();
  const signature = {
    algorithm: 'Ed25519',
    over: 'the 32 bytes of the SHA-256 of everything before ,"signature"',
    sha256: sha256.toString('hex'),
    publicKey: signer.publicKey,
    value: signer.sign(sha256),
  };
  yield `,"signature":${JSON.stringify(signature)}}\n`;
}

/** The same to be read by people; whom it names, it names by number. */
export function bundleSections(evidence: Evidence): PdfSection[] {
  const { incident, progress, timeline, plan, holds, letters, receipts } = evidence;
  const { facts } = incident;
  const at = (instant: Date | null) => instant?.toISOString() ?? 'not yet';
  return [
    {
      heading: incident.isDrill ? 'The drill (nobody was affected)' : 'The incident',
      text: `${facts.nature}\nDiscovered: ${facts.discoveredAt}. Happened: ${facts.happened}.\nSystems: ${facts.systems}\nSteps: ${facts.steps}`,
    },
    {
      heading: 'Who was told',
      text: `${progress.people} people affected; ${progress.sent} told by e-mail, the first at ${at(progress.firstSentAt)}, the last at ${at(progress.lastSentAt)}; ${progress.toldOtherwise} told otherwise; ${progress.owed + progress.undone} not yet.`,
    },
    {
      heading: 'Which rule gave which date',
      text: plan
        .map(
          ({ recipient, state, dueAt, standing, metAt, citation, lawVersion }) =>
            `${recipient}${state && ` (${state})`}: due ${at(dueAt)}, ${standing}${metAt ? ` at ${at(metAt)}` : ''}. ${citation}; law table ${lawVersion}.`,
        )
        .join('\n'),
    },
    ...(holds.length > 0
      ? [
          {
            heading: 'Holds and decisions',
            text: holds
              .map(
                ({ kind, reason, authority, untilAt, confirmedAt }) =>
                  `${kind.replaceAll('_', ' ')} ${authority}${untilAt ? ` until ${at(untilAt)}` : ''}: ${reason} In force since ${at(confirmedAt)}.`,
              )
              .join('\n'),
          },
        ]
      : []),
    {
      heading: 'Who knew, decided and did what, and when',
      text: timeline
        .map(({ at: when, kind, byUser }) => `${at(when)}  ${kind.replaceAll('_', ' ')}, by ${byUser ?? 'the software'}`)
        .join('\n'),
    },
    {
      heading: 'Receipts',
      text: receipts.map(({ line, name, sha256 }) => `${line}: ${name}, SHA-256 ${sha256}`).join('\n') || 'None.',
    },
    ...letters.map(({ audience, place, subject, text }) => ({
      heading: `What was said to ${audience}${place && ` of ${place}`}: ${subject}`,
      text,
    })),
  ];
}
