import { z } from 'zod';
import { approversOf } from '../db/breach/approving.ts';
import { listHolds } from '../db/breach/holds.ts';
import { findIncident, type Incident as IncidentRow } from '../db/breach/incidents.ts';
import { listLines } from '../db/breach/lines.ts';
import { progressOf } from '../db/breach/sending.ts';
import { readSettings } from '../db/breach/settings.ts';
import type { Tx } from '../db/transaction.ts';
import { hoursAfter, RED_HOURS } from '../domain/breachClock.ts';
import { missingFacts } from '../domain/breachFacts.ts';
import { nextAction } from '../domain/breachNext.ts';
import { Problem } from './problem.ts';
import { Id, Instant } from './shapes.ts';

const words = z.string().max(10_000);
/** What an officer may say of an incident; what is not given stays as it was. */
export const FactChange = z
  .strictObject({
    discoveredAt: z.iso.datetime(),
    determinedAt: z.iso.datetime().nullable(),
    happened: words,
    nature: words,
    data: z.array(z.enum(['ssn', 'driver_licence', 'email_and_password'])).max(3),
    otherData: words,
    systems: words,
    encrypted: z.boolean(),
    keySafe: z.boolean(),
    mailboxesLeaked: z
      .boolean()
      .meta({ description: 'The leaked credentials are those of the mailboxes: no notice goes there.' }),
    steps: words,
    advice: words,
    contact: words,
    nyDfsCoveredEntity: z.boolean(),
    isScopeKnown: z.boolean().meta({ description: 'Everybody affected is in the scope.' }),
  })
  .partial();
const Facts = z.object({ ...FactChange.required().shape });

export const audiences = ['users', 'regulators', 'bureaus'] as const;

export const Incident = z
  .object({
    id: Id,
    title: z.string(),
    isDrill: z.boolean(),
    compression: z.int(),
    state: z.enum(['open', 'closed']),
    revision: z.int(),
    discoveredAt: Instant,
    noticeAt: Instant.nullable().meta({ description: 'When the notice leaves: approved or not.' }),
    noticeBecause: z.enum(['default', 'approved']).nullable(),
    noticeStartedAt: Instant.nullable(),
    openedBy: Id,
    openedAt: Instant,
    closedAt: Instant.nullable(),
  })
  .meta({ id: 'BreachIncident' });

const Line = z
  .object({
    id: Id,
    key: z.string(),
    audience: z.enum(audiences),
    state: z.string(),
    recipient: z.string(),
    due: z.string().meta({ description: 'As the law counts: an instant, or a date that ends in UTC.' }),
    dueAt: Instant,
    strictlyBefore: z.boolean(),
    conditional: z.boolean(),
    isDoubtful: z.boolean(),
    isRed: z.boolean().meta({ description: 'Must be filed before the users hear, and the time for it runs out.' }),
    citation: z.string(),
    channel: z.string(),
    content: z.string(),
    lawVersion: z.string(),
    email: z.string().nullable(),
    filedAt: Instant.nullable(),
    filedNote: z.string().nullable(),
    receiptName: z.string().nullable(),
    standing: z.enum(['open', 'met', 'late', 'waived', 'void']),
    metAt: Instant.nullable(),
  })
  .meta({ id: 'BreachLine' });

const Hold = z.object({
  id: Id,
  kind: z.enum(['law_enforcement', 'risk_of_harm', 'encryption']),
  audiences: z.array(z.enum(audiences)),
  states: z.array(z.string()),
  untilAt: Instant.nullable(),
  reason: z.string(),
  authority: z.string(),
  documentName: z.string().nullable(),
  askedBy: Id,
  askedAt: Instant,
  confirmedBy: Id.nullable(),
  confirmedAt: Instant.nullable(),
});

export const IncidentDetail = Incident.extend({
  facts: Facts,
  missing: z.array(z.string()).meta({ description: 'What every notice must say and nobody has said yet.' }),
  progress: z.object({
    people: z.int(),
    owed: z.int(),
    sent: z.int(),
    toldOtherwise: z.int(),
    undone: z.int(),
    firstSentAt: Instant.nullable(),
    lastSentAt: Instant.nullable(),
  }),
  lines: z.array(Line),
  holds: z.array(Hold),
  approvedBy: z.array(Id),
  approvalsNeeded: z.int(),
  next: z.object({
    action: z.enum(['confirm_hold', 'facts', 'approve', 'file', 'people', 'wait', 'close', 'none']),
    lineId: Id.nullable(),
  }),
}).meta({ id: 'BreachIncidentDetail' });

export const incidentParams = z.object({ incidentId: Id });

export async function foundIncident(tx: Tx, incidentId: string): Promise<IncidentRow> {
  const incident = await findIncident(tx, incidentId);
  if (!incident) throw new Problem('not-found', 'There is no such incident in this workspace.');
  return incident;
}

/** The incident as long as it is open: of a closed one nothing is changed. */
export async function openIncidentOf(tx: Tx, incidentId: string): Promise<IncidentRow> {
  const incident = await foundIncident(tx, incidentId);
  if (incident.state === 'closed') throw new Problem('conflict', 'The incident is closed: its record stays as it is.');
  return incident;
}

export const shownIncident = (incident: IncidentRow) => ({ ...incident, discoveredAt: incident.facts.discoveredAt });

export async function incidentDetail(tx: Tx, incidentId: string): Promise<z.input<typeof IncidentDetail>> {
  const incident = await foundIncident(tx, incidentId);
  const lines = await listLines(tx, incidentId);
  const holds = await listHolds(tx, incidentId);
  const approvedBy = await approversOf(tx, incidentId);
  const { fourEyes } = await readSettings(tx);
  const progress = await progressOf(tx, incidentId);
  const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
  const missing = missingFacts(incident.facts);
  const redAt = new Date(hoursAfter(incident.facts.discoveredAt, RED_HOURS, incident.compression));
  const isOpen = ({ standing, metAt }: (typeof lines)[number]) => metAt === null && (standing === 'open' || standing === 'late');
  const approvalsNeeded = fourEyes ? 2 : 1;
  return {
    ...shownIncident(incident),
    missing,
    progress,
    lines: lines.map((line) => ({ ...line, isRed: line.strictlyBefore && isOpen(line) && now >= redAt })),
    holds,
    approvedBy,
    approvalsNeeded,
    next: nextAction({
      isClosed: incident.state === 'closed',
      isStarted: incident.noticeStartedAt !== null,
      missing,
      hasUnconfirmedHold: holds.some(({ confirmedAt }) => confirmedAt === null),
      hasApproved: approvedBy.length >= approvalsNeeded,
      owed: progress.owed,
      undone: progress.undone,
      lines: lines.map((line) => ({ ...line, isOpen: isOpen(line) })),
    }),
  };
}
