import { z } from 'zod';
import { findLaunch } from '../../db/launchList.ts';
import { findMailbox } from '../../db/mailboxes.ts';
import { sendDays } from '../../db/sendDays.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id } from '../shapes.ts';

const SendDays = z
  .object({
    items: z.array(
      z.object({
        day: z.iso.date().meta({ description: 'In UTC.' }),
        sent: z.int().meta({ description: 'Messages that left, refused and unknown ones among them.' }),
        bounced: z.int(),
        complained: z.int(),
      }),
    ),
  })
  .meta({ id: 'SendDays' });

const query = z.object({
  days: z.coerce.number().int().min(1).max(90).default(30).meta({ type: 'integer', minimum: 1, maximum: 90, default: 30 }),
});

const ofMailbox = route({
  method: 'get',
  path: '/mailboxes/{mailboxId}/days',
  action: 'mailboxes.read',
  tag: 'Mailboxes',
  summary: 'What left over a mailbox day by day, and how much of it came back; today is the last',
  params: z.object({ mailboxId: Id }),
  query,
  reply: { status: 200, schema: SendDays },
  handle: ({ who, db, params: { mailboxId }, query }) =>
    db.inTenant(who.tenantId, async (tx) => {
      if (!(await findMailbox(tx, mailboxId))) throw new Problem('not-found', 'There is no such mailbox in this workspace.');
      return { items: await sendDays(tx, { mailboxId }, query.days) };
    }),
});

const ofLaunch = route({
  method: 'get',
  path: '/launches/{launchId}/days',
  action: 'launches.read',
  tag: 'Launches',
  summary: 'What left of a launch day by day, and how much of it came back; today is the last',
  params: z.object({ launchId: Id }),
  query,
  reply: { status: 200, schema: SendDays },
  handle: ({ who, db, params: { launchId }, query }) =>
    db.inTenant(who.tenantId, async (tx) => {
      if (!(await findLaunch(tx, launchId))) throw new Problem('not-found', 'There is no such launch in this workspace.');
      return { items: await sendDays(tx, { launchId }, query.days) };
    }),
});

export const sendDayRoutes = [ofMailbox, ofLaunch];
