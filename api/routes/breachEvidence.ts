import { Readable } from 'node:stream';
import { z } from 'zod';
import { evidenceOf } from '../../db/breach/evidence.ts';
import { findLine } from '../../db/breach/lines.ts';
import { noticeFacts, noticeWords } from '../../db/breach/words.ts';
import { evidenceSigner } from '../../providers/evidenceSignature.ts';
import { pdf } from '../../providers/pdf.ts';
import { bundleJson, bundleSections } from '../breachBundle.ts';
import { foundIncident, incidentParams } from '../breachShapes.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { File, Id } from '../shapes.ts';

const noticePdf = route({
  method: 'get',
  path: '/breaches/{incidentId}/lines/{lineId}/notice.pdf',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'The notice to a regulator or the bureaus as PDF, for a portal that takes a file',
  params: z.object({ incidentId: Id, lineId: Id }),
  reply: { status: 200, schema: File, mediaType: 'application/pdf' },
  errors: ['conflict'],
  handle: ({ who, db, params, reply }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const incident = await foundIncident(tx, params.incidentId);
      const line = await findLine(tx, incident.id, params.lineId);
      if (!line) throw new Problem('not-found', 'There is no such line in the plan of this incident.');
      if (line.audience === 'users') throw new Problem('conflict', 'The users are told by e-mail.');
      const facts = await noticeFacts(tx, incident);
      const { subject, text } = await noticeWords(tx, incident.id, line.audience, line.state, facts);
      const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
      reply('Content-Disposition', `attachment; filename="notice-${line.state}.pdf"`);
      return pdf(subject, now, [{ heading: `To: ${line.recipient}, ${line.state}`, text }]);
    }),
});

const json = route({
  method: 'get',
  path: '/breaches/{incidentId}/bundle.json',
  action: 'breaches.write', // it leaves the house
  tag: 'Breaches',
  summary: 'The evidence, signed: who knew what when, which rule gave which date, what was sent to whom, receipts',
  params: incidentParams,
  reply: { status: 200, schema: File, mediaType: 'application/octet-stream' },
  async handle({ who, db, deps, params, reply }) {
    const evidence = await db.inTenant(who.tenantId, async (tx) => evidenceOf(tx, await foundIncident(tx, params.incidentId)));
    reply('Content-Disposition', 'attachment; filename="breach-evidence.json"');
    return Readable.from(bundleJson(db, who.tenantId, evidence, evidenceSigner(deps.addressKey)));
  },
});

const readable = route({
  method: 'get',
  path: '/breaches/{incidentId}/bundle.pdf',
  action: 'breaches.write', // it leaves the house
  tag: 'Breaches',
  summary: 'The same to be read by people',
  params: incidentParams,
  reply: { status: 200, schema: File, mediaType: 'application/pdf' },
  async handle({ who, db, params, reply }) {
    const evidence = await db.inTenant(who.tenantId, async (tx) => evidenceOf(tx, await foundIncident(tx, params.incidentId)));
    reply('Content-Disposition', 'attachment; filename="breach-evidence.pdf"');
    return pdf(`Evidence: ${evidence.incident.title}`, evidence.madeAt, bundleSections(evidence));
  },
});

export const breachEvidenceRoutes = [noticePdf, json, readable];
