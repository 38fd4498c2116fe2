import { z } from 'zod';
import { listRegulatorAddresses, setRegulatorAddress } from '../../db/breach/regulatorAddresses.ts';
import type { Tx } from '../../db/transaction.ts';
import { breachLaw } from '../../law/breach.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { EmailAddress, Instant } from '../shapes.ts';

const Regulator = z
  .object({
    state: z.string(),
    name: z.string(),
    channel: z.string().meta({ description: 'How the law or the regulator itself wants to be told.' }),
    email: z.string().nullable().meta({ description: 'Where it takes notices by e-mail, as an officer found out.' }),
    changedAt: Instant.nullable(),
  })
  .meta({ id: 'Regulator' });
const Regulators = z.object({ items: z.array(Regulator) }).meta({ id: 'Regulators' });

const list = route({
  method: 'get',
  path: '/regulators',
  action: 'breaches.read',
  tag: 'Breaches',
  summary: 'Whom each state wants told of a breach, and the address of those that take it by e-mail',
  reply: { status: 200, schema: Regulators },
  handle: ({ who, db }) => db.inTenant(who.tenantId, regulatorsOf),
});

const change = route({
  method: 'put',
  path: '/regulators/{state}/email',
  action: 'breaches.write',
  tag: 'Breaches',
  summary: "A regulator's address for notices, which every later incident's plan begins with; null: it takes none by e-mail",
  params: z.object({ state: z.string().regex(/^[A-Z]{2}$/, 'A state is two capital letters.') }),
  body: z.strictObject({ name: z.string().min(1).max(300), email: EmailAddress.nullable() }),
  reply: { status: 200, schema: Regulators },
  errors: ['not-found'],
  handle: ({ who, db, params: { state }, body: { name, email } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const known = (await regulatorsOf(tx)).items.some((one) => one.state === state && one.name === name);
      if (!known) throw new Problem('not-found', `The law of ${state} knows no such regulator.`);
      await setRegulatorAddress(tx, { state, recipient: name }, email, who.userId);
      return regulatorsOf(tx);
    }),
});

export const regulatorRoutes = [list, change];

async function regulatorsOf(tx: Tx): Promise<z.input<typeof Regulators>> {
  const { today } = await tx.row<{ today: string }>(`select (decorum.now() at time zone 'UTC')::date as today`);
  const addresses = await listRegulatorAddresses(tx);
  const items = breachLaw.keys.flatMap((key) => {
    const row = breachLaw.inForce(key, today);
    const names = [...(row?.regulators?.names ?? []), ...(row?.sectorRegulators.map(({ name }) => name) ?? [])];
    return [...new Set(names)].map((name) => {
      const address = addresses.find(({ state, recipient }) => state === key && recipient === name);
      return {
        state: key,
        name,
        channel: row?.regulatorChannel ?? '',
        email: address?.email ?? null,
        changedAt: address?.changedAt ?? null,
      };
    });
  });
  return { items };
}
