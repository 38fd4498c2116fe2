import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import { findList } from '../../db/lists.ts';
import { listRest, listStepPeople, restOf, type StepPeople } from '../../db/reportPeople.ts';
import { launchReport, overview, type Overview as CountedOverview, reportSteps } from '../../db/reports.ts';
import type { Database, Tx } from '../../db/transaction.ts';
import { foundLaunch } from '../launchAccess.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { reportColumns, reportRows } from '../reportCsv.ts';
import { LaunchReport, Overview, Rest, StepPerson, Variant } from '../reportShapes.ts';
import { overviewOf, tallied } from '../reportTallies.ts';
import { route } from '../route.ts';
import { File, Id } from '../shapes.ts';
import { trafficColumns, trafficRows } from '../trafficCsv.ts';

const params = z.object({ launchId: Id });
const StepId = z
  .string()
  .min(1)
  .max(40)
  .meta({ description: "The step's id in the sequence, which stays when other steps move." });
const Reason = z.string().min(1).max(100);
const csv = 'text/csv; charset=utf-8';

const read = route({
  method: 'get',
  path: '/launches/{launchId}/report',
  action: 'reports.read',
  tag: 'Reports',
  summary: 'What became of a launch, by step, mailbox and rep; every number is counted from the record',
  params,
  reply: { status: 200, schema: LaunchReport },
  handle: ({ who, db, params: { launchId } }) => db.inTenant(who.tenantId, (tx) => reportOf(tx, launchId)),
});

const download = route({
  method: 'get',
  path: '/launches/{launchId}/report.csv',
  action: 'reports.read',
  tag: 'Reports',
  summary: 'The same as CSV: a row for each step, mailbox and rep, and one for all',
  params,
  reply: { status: 200, schema: File, mediaType: csv },
  async handle({ who, db, params: { launchId }, reply }) {
    const report = await db.inTenant(who.tenantId, (tx) => reportOf(tx, launchId));
    reply('Content-Disposition', 'attachment; filename="report.csv"');
    return Readable.from(reportRows(report)).pipe(
      stringify({ header: true, bom: true, columns: reportColumns, escape_formulas: true }),
    );
  },
});

const OfStep = z.object({
  step: StepId,
  got: z.enum(['yes', 'no']).optional(),
  variant: Variant.optional().meta({ description: 'Of a step that is tried in several wordings: whose message had this one.' }),
  because: Reason.optional().meta({
    description: 'Why they did not get it, or the rule that it waits for, as the report names it.',
  }),
});

const people = route({
  method: 'get',
  path: '/launches/{launchId}/report/people',
  action: 'reports.read',
  tag: 'Reports',
  summary: 'Who got a step and who did not, and why',
  params,
  query: Paging.extend(OfStep.shape),
  reply: { status: 200, schema: pageOf(StepPerson) },
  async handle({ who, db, params: { launchId }, query }) {
    const [after] = keysAfter(query.cursor, 1) ?? [];
    const rows = await db.inTenant(who.tenantId, async (tx) => {
      const asked = await stepOf(tx, launchId, query.step);
      return listStepPeople(tx, asked, filterOf(query), { after: after ?? null, rows: query.limit + 1 });
    });
    const { items, next } = cutPage(rows, query.limit, ({ contactId }) => [contactId]);
    return {
      items: items.map(({ contactId, name, email, company, ...person }) => ({
        ...person,
        contact: { id: contactId, name, email, company },
      })),
      next,
    };
  },
});

const downloadPeople = route({
  method: 'get',
  path: '/launches/{launchId}/report/people.csv',
  action: 'reports.read',
  tag: 'Reports',
  summary: 'The same people as CSV',
  params,
  query: OfStep,
  reply: { status: 200, schema: File, mediaType: csv },
  async handle({ who, db, params: { launchId }, query, reply }) {
    const asked = await db.inTenant(who.tenantId, (tx) => stepOf(tx, launchId, query.step));
    reply('Content-Disposition', 'attachment; filename="people.csv"');
    const columns = [
      'name',
      'email',
      'company',
      'mailbox',
      'step',
      'variant',
      'got',
      'standing',
      'because',
      'at',
      'next_at',
      'opted_out',
    ];
    return Readable.from(exported(db, who.tenantId, asked, filterOf(query))).pipe(
      stringify({ header: true, bom: true, columns, escape_formulas: true }),
    );
  },
});

const rest = route({
  method: 'get',
  path: '/launches/{launchId}/report/rest',
  action: 'reports.read',
  tag: 'Reports',
  summary: 'Who did not get a step, by reason, and how many of them a list would take up',
  params,
  query: z.object({ step: StepId }),
  reply: { status: 200, schema: Rest },
  handle: ({ who, db, params: { launchId }, query }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const reasons = await restOf(tx, await stepOf(tx, launchId, query.step));
      return { stepId: query.step, people: reasons.reduce((sum, { people }) => sum + people, 0), reasons };
    }),
});

const makeList = route({
  method: 'post',
  path: '/launches/{launchId}/report/list',
  action: 'contacts.write',
  tag: 'Reports',
  summary: 'Make a list of those who did not get a step, to send to the rest only; the same request makes one list',
  params,
  body: z.strictObject({
    step: StepId,
    because: z.array(Reason).min(1).max(50).optional().meta({
      description: 'Those with one of these reasons. Absent: the reasons that `GET …/report/rest` proposes.',
    }),
    name: z.string().trim().min(1).max(200),
  }),
  reply: {
    status: 201,
    schema: z.object({ listId: Id, name: z.string(), people: z.int() }).meta({
      id: 'RestList',
      description: 'Nobody is on it who has opted out, was deleted, or may have got the step after all.',
    }),
  },
  errors: ['already-exists', 'conflict'],
  handle: ({ who, db, params: { launchId }, body: { step, because = null, name } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const asked = await stepOf(tx, launchId, step);
      const id = sameAgain([who.tenantId, launchId, step, because && [...new Set(because)].sort(), name.toLowerCase()]);
      const made = await listRest(tx, asked, { id, name, because, createdBy: who.userId });
      const list = made && (await findList(tx, id));
      if (!list) {
        throw new Problem('already-exists', `There is a list named ${name} already.`, {
          errors: [{ pointer: '/name', message: 'Another list has this name.' }],
        });
      }
      if (made.isNew && list.people === 0) throw new Problem('conflict', 'Nobody is left to whom the step may be sent.');
      return { listId: list.id, name: list.name, people: list.people };
    }),
});

const Range = z.object({
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'Absent: thirty days before `to`.' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Absent: now.' }),
});

const everything = route({
  method: 'get',
  path: '/reports',
  action: 'reports.read',
  tag: 'Reports',
  summary: 'Messages of all launches in a time, and what came back of them, by sequence, rep and mailbox',
  query: Range,
  reply: { status: 200, schema: Overview },
  handle: async ({ who, db, query }) => overviewOf(await overviewBetween(db, who.tenantId, query)),
});

const downloadEverything = route({
  method: 'get',
  path: '/reports.csv',
  action: 'reports.read',
  tag: 'Reports',
  summary: 'The same as CSV, finer: a row for each step, variant and mailbox of each sequence, with its rep',
  query: Range,
  reply: { status: 200, schema: File, mediaType: csv },
  async handle({ who, db, query, reply }) {
    const all = await overviewBetween(db, who.tenantId, query);
    reply('Content-Disposition', 'attachment; filename="reports.csv"');
    return Readable.from(trafficRows(db, who.tenantId, all)).pipe(
      stringify({ header: true, bom: true, columns: trafficColumns, escape_formulas: true }),
    );
  },
});

export const reportRoutes = [read, download, people, downloadPeople, rest, makeList, everything, downloadEverything];

async function overviewBetween(db: Database, tenantId: string, query: z.output<typeof Range>): Promise<CountedOverview> {
  const from = query.from === undefined ? null : new Date(query.from);
  const to = query.to === undefined ? null : new Date(query.to);
  if (from && to && from >= to) {
    throw new Problem('malformed-request', '`from` lies before `to`.', {
      errors: [{ parameter: 'to', message: 'Not after `from`.' }],
    });
  }
  return db.inTenant(tenantId, (tx) => overview(tx, { from, to }));
}

async function reportOf(tx: Tx, launchId: string): Promise<z.input<typeof LaunchReport>> {
  const { sequenceId, sequenceName, version } = await foundLaunch(tx, launchId);
  const report = await launchReport(tx, launchId);
  return { launchId, sequenceId, sequenceName, version, countedAt: report.countedAt, ...tallied(report) };
}

async function stepOf(tx: Tx, launchId: string, stepId: string): Promise<StepPeople> {
  await foundLaunch(tx, launchId);
  const steps = await reportSteps(tx, launchId);
  if (!steps.some(({ id }) => id === stepId)) throw new Problem('not-found', `The launch has no step ${stepId}.`);
  return { launchId, stepId };
}

function filterOf({ got, because, variant }: z.output<typeof OfStep>) {
  return {
    got: got === undefined ? null : got === 'yes',
    because: because === undefined ? null : [because],
    variant: variant ?? null,
  };
}

/** Page by page, each in a transaction of its own: a slow reader holds none open. */
async function* exported(
  db: Database,
  tenantId: string,
  asked: StepPeople,
  filter: ReturnType<typeof filterOf>,
): AsyncGenerator<Record<string, string>> {
  for (let after: string | null = null; ; ) {
    const page: { after: string | null; rows: number } = { after, rows: 1000 };
    const rows = await db.inTenant(tenantId, (tx) => listStepPeople(tx, asked, filter, page));
    for (const person of rows) {
      yield {
        name: person.name ?? '',
        email: person.email ?? '',
        company: person.company ?? '',
        mailbox: person.mailbox,
        step: asked.stepId,
        variant: person.variant ?? '',
        got: person.got ? 'yes' : 'no',
        standing: person.standing,
        because: person.because ?? '',
        at: person.at?.toISOString() ?? '',
        next_at: person.nextAt?.toISOString() ?? '',
        opted_out: person.optedOut ? 'yes' : 'no',
      };
    }
    const last = rows.at(-1);
    if (rows.length < 1000 || !last) return;
    after = last.contactId;
  }
}

/** The id of what a request makes: the same request, the same id (a UUID of version 8, RFC 9562). */
function sameAgain(request: readonly unknown[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(request)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
