import { z } from 'zod';
import { readTenant, writeTenant } from '../../db/tenants.ts';
import { route } from '../route.ts';
import { Domain, Id, Instant, WorkspaceName } from '../shapes.ts';

const Settings = {
  name: z.string().min(1).max(200),
  postalAddress: z.string().max(500).meta({ description: 'Shown in every commercial message (15 U.S.C. 7704(a)(5)(A)(iii)).' }),
  unsubscribeText: z.string().min(1).max(500),
  adLabel: z.string().min(1).max(200).nullable().meta({ description: 'Null: switched off.' }),
  touchesPerQuarter: z.int().min(1).max(1000),
  firstTouchesPerCompany: z.int().min(1).max(1000),
  hoursBetweenTouches: z.int().min(0).max(2000),
};

/** Where the account works (P1). */
export const Territory = {
  phone: z.string().trim().max(40),
  zipCodes: z.array(z.string().regex(/^\d{5}$/, 'A ZIP code has five digits.')).max(500),
  cities: z.array(z.string().trim().min(1).max(100)).max(200),
  state: z.string().regex(/^(?:[A-Z]{2})?$/, 'A state has two letters.'),
};

const Tenant = z
  .object({
    id: Id,
    ...Settings,
    ...Territory,
    needsSecondFactor: z.boolean(),
    sendingDomain: z.string(),
    kind: z.enum(['real', 'demo', 'test', 'rehearsal']),
    clockFactor: z.number(),
    legalNow: Instant,
  })
  .meta({ id: 'Tenant' });

const readSettings = route({
  method: 'get',
  path: '/tenant',
  action: 'tenant.read',
  tag: 'Workspace',
  summary: 'The workspace and its settings',
  reply: { status: 200, schema: Tenant },
  handle: ({ who, db }) => db.inTenant(who.tenantId, readTenant),
});

const changeSettings = route({
  method: 'patch',
  path: '/tenant',
  action: 'tenant.write',
  tag: 'Workspace',
  summary: 'Change settings of the workspace',
  body: z
    .strictObject({
      ...Settings,
      name: WorkspaceName,
      ...Territory,
      needsSecondFactor: z.boolean(),
      sendingDomain: Domain.or(z.literal('')),
    })
    .partial(),
  reply: { status: 200, schema: Tenant },
  handle: ({ who, db, body }) =>
    db.inTenant(who.tenantId, async (tx) => writeTenant(tx, { ...(await readTenant(tx)), ...given(body) })),
});

export const tenantRoutes = [readSettings, changeSettings];

/** Without the keys that were left out, so that spreading does not blank what they name. */
function given<Change extends object>(change: Change): { [Key in keyof Change]: Exclude<Change[Key], undefined> } {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Change]: Exclude<Change[Key], undefined> };
}
