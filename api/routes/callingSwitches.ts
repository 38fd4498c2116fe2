import { z } from 'zod';
import { listSwitches, setBan, setExemption } from '../../db/calls/switches.ts';
import type { Tx } from '../../db/transaction.ts';
import { callingLaw } from '../../law/calling.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Instant } from '../shapes.ts';

const State = z.string().regex(/^[A-Z]{2}$/, 'A state is two capital letters.');
const Reason = z.string().trim().min(1).max(1000);
const Switches = z
  .object({
    states: z.array(
      z.object({
        state: z.string(),
        b2bExempt: z.enum(['yes', 'partial', 'no']).meta({ description: 'Whether its law exempts business-to-business calls.' }),
        ownDoNotCallList: z.boolean(),
        registrationRequired: z.boolean(),
        citation: z.string(),
      }),
    ),
    exemptions: z.array(z.object({ state: z.string(), reason: z.string(), sinceAt: Instant })),
    bans: z.array(z.object({ state: z.string(), reason: z.string(), fromAt: Instant, untilAt: Instant.nullable() })),
  })
  .meta({ id: 'CallingSwitches' });

const list = route({
  method: 'get',
  path: '/calling-switches',
  action: 'calling.read',
  tag: 'Calls',
  summary: 'States whose business-to-business exemption is used, and states where nobody is called for now',
  reply: { status: 200, schema: Switches },
  handle: ({ who, db }) => db.inTenant(who.tenantId, shown),
});

const exempt = route({
  method: 'put',
  path: '/calling-switches/{state}/exemption',
  action: 'calling.write',
  tag: 'Calls',
  summary: "Use a state's exemption of business-to-business calls, with the reason why it holds; null: no longer",
  params: z.object({ state: State }),
  body: z.strictObject({ reason: Reason.nullable() }),
  reply: { status: 200, schema: Switches },
  errors: ['not-found', 'invalid-request'],
  handle: ({ who, db, params: { state }, body: { reason } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const row = ruleOf(state);
      if (reason !== null && row.b2bExempt === 'no')
        throw new Problem('invalid-request', `${state} exempts no business-to-business calls: ${row.citation}.`);
      await setExemption(tx, state, reason, who.userId);
      return shown(tx);
    }),
});

const ban = route({
  method: 'put',
  path: '/calling-switches/{state}/ban',
  action: 'calling.write',
  tag: 'Calls',
  summary: 'Bar a state from being called, while its emergency ban is on; null: no longer',
  params: z.object({ state: State }),
  body: z.strictObject({
    ban: z.strictObject({ reason: Reason, untilAt: z.iso.datetime().nullable().default(null) }).nullable(),
  }),
  reply: { status: 200, schema: Switches },
  errors: ['not-found'],
  handle: ({ who, db, params: { state }, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      ruleOf(state);
      await setBan(tx, state, body.ban, who.userId);
      return shown(tx);
    }),
});

export const callingSwitchRoutes = [list, exempt, ban];

async function shown(tx: Tx): Promise<z.input<typeof Switches>> {
  const { today } = await tx.row<{ today: string }>(`select (decorum.now() at time zone 'UTC')::date as today`);
  const states = callingLaw.keys.flatMap((name) => callingLaw.inForce(name, today) ?? []);
  return {
    states: states.map(({ state, b2bExempt, ownDoNotCallList, registrationRequired, citation }) => ({
      state,
      b2bExempt,
      ownDoNotCallList,
      registrationRequired,
      citation,
    })),
    ...(await listSwitches(tx)),
  };
}

function ruleOf(state: string) {
  const row = callingLaw.rows.findLast((one) => one.state === state);
  if (!row) throw new Problem('not-found', `There are no rules for ${state}.`);
  return row;
}
