import { moveLaunch } from '../../db/launchVersions.ts';
import { addVersion } from '../../db/sequences.ts';
import { Definition } from '../../domain/sequence.ts';
import { newPerson, newWorkspace, sendRow, wanted, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

test('words that could not be written for a person are tried anew with the version that mends them', async () => {
  const workspace = await newWorkspace(world);
  const { tenantId, launchId, sequenceId, rep, mailboxId } = workspace;
  const moved = await world.db.inTenant(tenantId, async (tx) => {
    const { sendId } = await newPerson(tx, world, workspace);
    const late = await newPerson(tx, world, workspace);
    await tx.run(`update sends set state = 'held', because = case id when $1 then 'unrenderable' else 'late' end`, [sendId]);
    await tx.run(`update outbox set wanted = false`);
    const { definition } = await tx.row<{ definition: Definition }>(
      `select definition from sequence_versions where sequence_id = $1`,
      [sequenceId],
    );
    const version = await addVersion(tx, sequenceId, { definition: Definition.parse(definition), by: rep.id });
    expect(await moveLaunch(tx, launchId, version ?? 0, rep.id)).toBe(2);
    return { sendId, late: late.sendId };
  });
  expect(await sendRow(world, workspace, moved.sendId)).toMatchObject({ state: 'planned', because: null });
  expect(await sendRow(world, workspace, moved.late)).toMatchObject({ state: 'held', because: 'late' });
  expect(await wanted(world, workspace)).toContain(`mailbox/${tenantId}/${mailboxId}`);
});
