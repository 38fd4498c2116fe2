import { MockActivityEnvironment } from '@temporalio/testing';
import { mailActivities } from '../../activities/mail.ts';
import { rendererFor } from '../../activities/mail/renderer.ts';
import { claim } from '../../db/claims.ts';
import { pauseByHand } from '../../db/mailboxes.ts';
import { passGate } from '../../db/wire.ts';
import { lanePool } from '../../providers/mail/lanePool.ts';
import { createTemplates } from '../../providers/templates.ts';
import { newPeople, newWorkspace, type Workspace, World } from '../db/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

function sendDue({ tenantId, mailboxId }: Workspace): Promise<number | null> {
  const { sendDue: run } = mailActivities({
    db: world.db,
    dispatch: { deliver: () => Promise.resolve() },
    vault: world.vault,
    pool: lanePool({ perAccount: 1, idleMs: 1_000 }),
    rendererOf: rendererFor({
      templates: createTemplates(),
      vault: world.vault,
      linkKeys: [Buffer.alloc(32)],
      publicUrl: 'http://localhost',
      inboundDomain: 'inbound.localhost',
      now: () => world.now,
    }),
    fault: () => Promise.resolve(),
    random: () => 0,
    monotonicMs: () => performance.now(),
  });
  return new MockActivityEnvironment().run<[string, string], number | null, typeof run>(run, tenantId, mailboxId);
}

test('a mailbox that is paused rests until somebody resumes it', async () => {
  const workspace = await newWorkspace(world);
  await newPeople(world, workspace, 1);
  await world.db.inTenant(workspace.tenantId, (tx) => pauseByHand(tx, workspace.mailboxId, workspace.rep.id));
  expect(await sendDue(workspace)).toBeNull();
});

test('also when it is paused it looks again for what its sender left at the wire, so that a person can settle it', async () => {
  const workspace = await newWorkspace(world);
  const people = await newPeople(world, workspace, 1);
  const { tenantId, mailboxId } = workspace;
  const { claimId } = await world.db.inTenant(tenantId, (tx) => claim(tx, mailboxId, { most: 1, jitter: 0 }));
  const ids = people.map(({ sendId }) => sendId);
  expect(await passGate(world.db, tenantId, claimId, ids)).toEqual(new Set(ids)); // and here the sender dies
  await world.db.inTenant(tenantId, (tx) => pauseByHand(tx, mailboxId, workspace.rep.id));
  const restMs = await sendDue(workspace);
  expect(restMs).toBeGreaterThan(120_000); // two minutes after the eight seconds at the wire
  expect(restMs).toBeLessThanOrEqual(128_000);
});
