import { Readable } from 'node:stream';
import { z } from 'zod';
import { askForHold, confirmHold } from '../../db/breach/holds.ts';
import { fileLine, findLine, type Line as LineRow, readReceipt, setEmail } from '../../db/breach/lines.ts';
import { setRegulatorAddress } from '../../db/breach/regulatorAddresses.ts';
import type { Tx } from '../../db/transaction.ts';
import { breachLaw } from '../../law/breach.ts';
import { audiences, foundIncident, incidentDetail, IncidentDetail, incidentParams, openIncidentOf } from '../breachShapes.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { EmailAddress, File, Id } from '../shapes.ts';

const MOST_BYTES = 1_400_000; // of what fits into a body of 2 MB as base64
const Document = z.strictObject({
  name: z.string().trim().min(1).max(200),
  base64: z
    .base64()
    .max(Math.ceil((MOST_BYTES * 4) / 3))
    .min(4),
});
const lineParams = z.object({ incidentId: Id, lineId: Id });
const holdParams = z.object({ incidentId: Id, holdId: Id });

async function lineOf(tx: Tx, incidentId: string, lineId: string): Promise<LineRow> {
  const line = await findLine(tx, incidentId, lineId);
  if (!line) throw new Problem('not-found', 'There is no such line in the plan of this incident.');
  return line;
}

const file = route({
  method: 'post',
  path: '/breaches/{incidentId}/lines/{lineId}/filed',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'A regulator or the credit bureaus have been told, with the receipt as evidence',
  params: lineParams,
  body: z.strictObject({ note: z.string().trim().max(2000).default(''), receipt: Document.nullable().default(null) }),
  reply: { status: 200, schema: IncidentDetail },
  errors: ['conflict'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await foundIncident(tx, params.incidentId);
      const line = await lineOf(tx, params.incidentId, params.lineId);
      const incident = await openIncidentOf(tx, params.incidentId);
      if (line.audience === 'users') throw new Problem('conflict', 'The users are told by the notice itself.');
      const receipt = body.receipt && { name: body.receipt.name, bytes: Buffer.from(body.receipt.base64, 'base64') };
      const filing = {
        byUser: who.userId,
        note: body.note,
        receipt,
        evidence: { filedBy: who.userId, hasReceipt: receipt !== null },
      };
      if (!(await fileLine(tx, incident, line.id, filing))) throw new Problem('conflict', 'This has been filed already.');
      return incidentDetail(tx, incident.id);
    }),
});

const receipt = route({
  method: 'get',
  path: '/breaches/{incidentId}/lines/{lineId}/receipt',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'The receipt of a filing',
  params: lineParams,
  reply: { status: 200, schema: File, mediaType: 'application/octet-stream' },
  handle: ({ who, db, params, reply }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await foundIncident(tx, params.incidentId);
      const kept = await readReceipt(tx, params.incidentId, params.lineId);
      if (!kept) throw new Problem('not-found', 'No receipt has been kept for this line.');
      reply('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(kept.name)}`);
      return Readable.from([kept.bytes]);
    }),
});

const email = route({
  method: 'put',
  path: '/breaches/{incidentId}/lines/{lineId}/email',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'The address of a regulator that takes e-mail: it is then mailed just before the users, in later incidents too',
  params: lineParams,
  body: z.strictObject({ email: EmailAddress.nullable() }),
  reply: { status: 200, schema: IncidentDetail },
  errors: ['conflict'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await foundIncident(tx, params.incidentId);
      const line = await lineOf(tx, params.incidentId, params.lineId);
      await openIncidentOf(tx, params.incidentId);
      if (line.audience === 'users') throw new Problem('conflict', 'The users have addresses of their own.');
      await setEmail(tx, params.incidentId, line.id, body.email);
      await setRegulatorAddress(tx, line, body.email, who.userId);
      return incidentDetail(tx, params.incidentId);
    }),
});

const state = z.string().regex(/^[A-Z]{2}$/);
const Audiences = z.array(z.enum(audiences)).min(1).max(3);

const ask = route({
  method: 'post',
  path: '/breaches/{incidentId}/holds',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'Record what law enforcement asks for, or a decision not to notify; a second officer puts it in force',
  params: incidentParams,
  body: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('law_enforcement'),
      audiences: Audiences.default(['users', 'bureaus']).meta({ description: 'Whose notices the document names.' }),
      states: z.array(state).max(60).default([]).meta({ description: 'None: everywhere.' }),
      untilAt: z.iso.datetime(),
      authority: z.string().trim().min(1).max(200),
      reason: z.string().trim().min(1).max(2000),
      document: Document,
    }),
    z.strictObject({
      kind: z.enum(['risk_of_harm', 'encryption']),
      audiences: Audiences.default(['users', 'regulators', 'bureaus']),
      states: z.array(state).max(60).default([]).meta({ description: 'None: everybody, and our own promise with them.' }),
      reason: z.string().trim().min(20).max(10_000).meta({ description: 'The written record that the states ask for.' }),
    }),
  ]),
  reply: { status: 201, schema: IncidentDetail },
  errors: ['conflict', 'invalid-request'],
  handle: ({ who, db, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const incident = await openIncidentOf(tx, params.incidentId);
      if (body.kind !== 'law_enforcement') refuseUnknownExemption(body.kind, body.states, incident.facts.discoveredAt);
      const held =
        body.kind === 'law_enforcement'
          ? { ...body, documentName: body.document.name, document: Buffer.from(body.document.base64, 'base64') }
          : { ...body, untilAt: null, authority: '', documentName: null, document: null };
      await askForHold(tx, incident.id, { ...held, askedBy: who.userId });
      return incidentDetail(tx, incident.id);
    }),
});

/** Only a state whose law knows the exemption lets a decision take it. */
function refuseUnknownExemption(kind: 'risk_of_harm' | 'encryption', states: readonly string[], discoveredAt: string): void {
  const without = states.filter((state) => {
    const row = breachLaw.inForce(state, discoveredAt.slice(0, 10));
    return row !== null && !(kind === 'risk_of_harm' ? row.riskOfHarmExemption : row.encryptedDataExempt);
  });
  if (without.length > 0) throw new Problem('invalid-request', `No such exemption in the law of ${without.join(', ')}.`);
}

const confirm = route({
  method: 'post',
  path: '/breaches/{incidentId}/holds/{holdId}/confirm',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: 'A second officer puts a hold or a decision in force',
  params: holdParams,
  reply: { status: 200, schema: IncidentDetail },
  errors: ['conflict', 'forbidden'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const result = await confirmHold(tx, params.incidentId, params.holdId, who.userId);
      if (result === 'not_found') throw new Problem('not-found', 'There is no such hold in this incident.');
      if (result === 'not_open') throw new Problem('conflict', 'It is in force already, or the incident is closed.');
      if (result === 'same_officer') throw new Problem('conflict', 'Another officer than the one who asked must confirm it.');
      return incidentDetail(tx, params.incidentId);
    }),
});

export const breachFilingRoutes = [file, receipt, email, ask, confirm];
