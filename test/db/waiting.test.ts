import { claim } from '../../db/claims.ts';
import { heldMessages, timeline } from '../../db/timeline.ts';
import type { MailboxSettings } from '../../db/mailboxes.ts';
import { hours, newPeople, newWorkspace, start, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => {
  world.now = start;
});
afterAll(() => world.close());

const tomorrow = new Date('2026-11-25T00:00:00Z');
const limits: { mailbox: Partial<MailboxSettings>; because: string; nextAt: Date; why: string }[] = [
  {
    mailbox: { cap: 2 },
    because: 'limit',
    nextAt: new Date(start.getTime() + 24 * hours),
    why: 'the first of two is a day old then',
  },
  {
    mailbox: { cap: 40, rampStart: 2, rampStep: 1 },
    because: 'limit',
    nextAt: tomorrow,
    why: 'the ramp rises with the next day',
  },
  {
    mailbox: { cap: 2, rampStart: 2, rampStep: 1 },
    because: 'limit',
    nextAt: new Date(start.getTime() + 24 * hours),
    why: 'the ramp has reached the cap',
  },
  { mailbox: { cap: 3 }, because: 'queue', nextAt: start, why: 'there is room for one more' },
  { mailbox: {}, because: 'queue', nextAt: start, why: 'the relay has no limit' },
];

test.each(limits)('$mailbox after two messages: the third waits for the $because, $why', async ({ mailbox, because, nextAt }) => {
  const workspace = await newWorkspace(world, { mailbox });
  await newPeople(world, workspace, 3);
  await world.db.inTenant(workspace.tenantId, (tx) => claim(tx, workspace.mailboxId, { most: 2, jitter: 0 }));
  await world.db.inTenant(workspace.tenantId, async (tx) => {
    const [held, ...others] = await heldMessages(tx, { launchId: workspace.launchId, after: null, limit: 10 });
    expect(others).toEqual([]);
    expect(held).toMatchObject({ because, nextAt });
    const entries = await timeline(tx, held?.contactId ?? '');
    expect(entries.find(({ kind }) => kind === 'message')).toMatchObject({ what: 'planned', nextAt });
  });
});
