import type { Readable } from 'node:stream';
import { z } from 'zod';
import { refuseCalls } from '../../db/calls/doNotCall.ts';
import { findListed, listDoNotCallRequests } from '../../db/calls/doNotCallList.ts';
import { phoneNumber } from '../../domain/phoneNumber.ts';
import { openingAfter } from '../../law/openings.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { addressHasher } from '../../providers/keyedHash.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const MOST_NUMBERS = 250_000;
const LONGEST_LINE = 200;

const bases = z.enum(['disposition', 'email', 'form', 'api', 'import']);
const Request = z
  .object({
    id: Id,
    basis: bases,
    numbers: z.int(),
    askedAt: Instant,
    closedTasks: z.int(),
    withdrawnClearances: z.int(),
    answeredAt: Instant.nullable().meta({ description: 'Its tasks were closed by then; it is in force since it was asked.' }),
  })
  .meta({ id: 'DoNotCallRequest' });

const look = route({
  method: 'get',
  path: '/do-not-call',
  action: 'calling.read',
  tag: 'Calls',
  summary: 'Whether a number is on the internal do-not-call list; only keyed hashes are kept, so the whole number is needed',
  query: z.object({ number: z.string().max(40) }),
  reply: {
    status: 200,
    schema: z.object({ listed: z.object({ askedAt: Instant, basis: bases }).nullable() }).meta({ id: 'DoNotCallLook' }),
  },
  errors: ['invalid-request'],
  handle({ who, db, deps, query }) {
    const number = phoneNumber(query.number);
    if (number === null) {
      const message = 'This is no telephone number.';
      throw new Problem('invalid-request', message, { errors: [{ parameter: 'number', message }] });
    }
    const hash = addressHasher(deps.addressKey, who.tenantId)(number);
    return db.inTenant(who.tenantId, async (tx) => ({ listed: await findListed(tx, hash) }));
  },
});

const requests = route({
  method: 'get',
  path: '/do-not-call-requests',
  action: 'calling.read',
  tag: 'Calls',
  summary: 'Requests not to be called and what each closed, newest first',
  query: Paging,
  reply: { status: 200, schema: pageOf(Request) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const rows = await db.inTenant(who.tenantId, (tx) => listDoNotCallRequests(tx, page));
    const { items, next } = cutPage(rows, query.limit, ({ askedKey, id }) => [askedKey, id]);
    return { items: items.map(({ askedKey: _key, ...row }) => row), next };
  },
});

const Refused = z.object({ requestId: Id, closedTasks: z.int() }).meta({ id: 'DoNotCall' });

const create = route({
  method: 'post',
  path: '/do-not-call',
  action: 'do-not-call.write',
  tag: 'Calls',
  summary:
    'Put a number on the internal do-not-call list: in force for the whole workspace when this answers, and for good (P12)',
  body: z.strictObject({
    number: z.string().max(40),
    basis: z.enum(['email', 'form', 'api']).default('api').meta({ description: 'How the person asked.' }),
  }),
  reply: { status: 201, schema: Refused },
  errors: ['invalid-request'],
  handle({ who, deps, body }) {
    const number = phoneNumber(body.number);
    if (number === null) {
      const message = 'This is no telephone number.';
      throw new Problem('invalid-request', message, { errors: [{ pointer: '/number', message }] });
    }
    const hashes = [addressHasher(deps.addressKey, who.tenantId)(number)];
    const request = { hashes, basis: body.basis, byUser: who.userId, deadline: optOutDeadline };
    return refuseCalls(deps.stops, who.tenantId, request, openingAfter);
  },
});

const importList = route({
  method: 'post',
  path: '/do-not-call/import',
  action: 'do-not-call.write',
  tag: 'Calls',
  summary: 'Put a list of numbers on the internal do-not-call list, one a line; in force when answered',
  upload: { mediaTypes: ['text/csv', 'text/plain'] },
  reply: {
    status: 201,
    schema: Refused.extend({ numbers: z.int(), rejectedRows: z.array(z.int()).meta({ description: 'The first hundred.' }) }).meta(
      {
        id: 'ImportedDoNotCall',
      },
    ),
  },
  errors: ['too-large', 'invalid-request'],
  async handle({ who, deps, upload }) {
    const { numbers, rejectedRows } = await readNumbers(upload);
    if (numbers.size === 0) throw new Problem('invalid-request', 'No line holds a telephone number.');
    const hashOf = addressHasher(deps.addressKey, who.tenantId);
    const hashes = [...numbers].map((number) => hashOf(number));
    const request = { hashes, basis: 'import' as const, byUser: who.userId, deadline: optOutDeadline };
    const refused = await refuseCalls(deps.stops, who.tenantId, request, openingAfter);
    return { ...refused, numbers: numbers.size, rejectedRows: rejectedRows.slice(0, 100) };
  },
});

export const doNotCallRoutes = [look, requests, create, importList];

async function readNumbers(upload: Readable): Promise<{ numbers: Set<string>; rejectedRows: number[] }> {
  const numbers = new Set<string>();
  const rejectedRows: number[] = [];
  let row = 0;
  const take = (line: string) => {
    row += 1;
    const text = line.trim().replaceAll('"', '');
    if (text === '' || (row === 1 && !/\d/.test(text))) return; // a heading
    const number = phoneNumber(text);
    if (number === null) rejectedRows.push(row);
    else numbers.add(number);
  };
  let rest = '';
  for await (const chunk of upload as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString('latin1')).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (rest.length > LONGEST_LINE) throw new Problem('invalid-request', `Line ${row + 1} is no telephone number.`);
    if (numbers.size > MOST_NUMBERS) throw new Problem('too-large', `Import ${MOST_NUMBERS} numbers at a time.`);
  }
  take(rest);
  return { numbers, rejectedRows };
}
