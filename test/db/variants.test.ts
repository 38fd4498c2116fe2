import { claim, release } from '../../db/claims.ts';
import { moveLaunch } from '../../db/launchVersions.ts';
import { type MessageFacts, messageFacts } from '../../db/messages.ts';
import { addVersion } from '../../db/sequences.ts';
import type { Tx } from '../../db/transaction.ts';
import { giveWords } from '../../db/variants.ts';
import {
  decisionsAbout,
  judgeVariants,
  launchTests,
  newestLooks,
  pickWinner,
  variantFigures,
  type VariantTest,
} from '../../db/variantTests.ts';
import { Definition, type EmailStep, type VariantId } from '../../domain/sequence.ts';
import { newLaunch, newSend } from '../builders/enrolment.ts';
import { emailStep } from '../builders/sequence.ts';
import { type Had, newReadersOf, twoWordings } from '../builders/variants.ts';
import { newPeople, newWorkspace, World, type Workspace } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const inside = <T>({ tenantId }: Workspace, work: (tx: Tx) => Promise<T>) => world.db.inTenant(tenantId, work);
const subjectOf = ({ definition, step }: MessageFacts) => (definition.steps[step] as EmailStep).subject;

/** Claims what is due, as a sender does. Answers the facts to render, and lets everything go again. */
async function claimed(workspace: Workspace): Promise<MessageFacts[]> {
  return inside(workspace, async (tx) => {
    const { claimId, rows } = await claim(tx, workspace.mailboxId, { most: 100, jitter: 0 });
    const ids = rows.map(({ id }) => id);
    const facts = await giveWords(tx, rows, await messageFacts(tx, claimId, ids));
    await release(tx, claimId);
    return facts;
  });
}
const recorded = (workspace: Workspace) =>
  inside(workspace, async (tx) => {
    const rows = await tx.rows<{ id: string; variant: VariantId | null }>(`select id, variant from sends`);
    return new Map(rows.map(({ id, variant }) => [id, variant]));
  });
const testOfLaunch = (workspace: Workspace): Promise<VariantTest> =>
  inside(workspace, async (tx) => {
    const [test] = await launchTests(tx, workspace.launchId);
    if (!test) throw new Error('The launch tests nothing.');
    return test;
  });
const judged = (workspace: Workspace) => inside(workspace, (tx) => judgeVariants(tx, workspace.mailboxId));
const decisions = async (workspace: Workspace) => {
  const test = await testOfLaunch(workspace);
  const made = await inside(workspace, (tx) => decisionsAbout(tx, workspace.launchId, test));
  return made.map(({ variant, verdict, because }) => `${variant} ${verdict}: ${because}`);
};
const had = (workspace: Workspace, ...readers: Had[]) =>
  inside(workspace, (tx) => newReadersOf(tx, world.addressKey, { ...workspace, had: readers }));

test('each person gets the words that the record says, the same at every attempt', async () => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  await newPeople(world, workspace, 40);
  const first = await claimed(workspace);
  const record = await recorded(workspace);
  expect(first).toHaveLength(40);
  expect(new Set(record.values())).toEqual(new Set(['a', 'b']));
  for (const facts of first) {
    expect(subjectOf(facts)).toBe(record.get(facts.sendId) === 'a' ? 'Hello' : 'Clocks for {{ first_name }}');
    expect(facts.definition.steps[0]).not.toHaveProperty('variants');
  }
  const second = await claimed(workspace);
  expect(second.map((facts) => [facts.sendId, subjectOf(facts)])).toEqual(first.map((facts) => [facts.sendId, subjectOf(facts)]));
});

test('a step of one wording is no test, and nothing is recorded of it', async () => {
  const workspace = await newWorkspace(world);
  await newPeople(world, workspace, 3);
  expect((await claimed(workspace)).map(subjectOf)).toEqual(['Hello', 'Hello', 'Hello']);
  expect(new Set((await recorded(workspace)).values())).toEqual(new Set([null]));
  expect(await inside(workspace, (tx) => launchTests(tx, workspace.launchId))).toEqual([]);
});

test("a follow-up goes on under the subject that its person has had, also after the other variant's win", async () => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  const test = await testOfLaunch(workspace);
  const people = await newPeople(world, workspace, 2, () => ({ step: 1 }));
  await inside(workspace, async (tx) => {
    for (const [n, { enrolment }] of people.entries()) {
      const sendId = await newSend(tx, { enrolmentId: enrolment.id, step: 0 });
      await tx.run(`update sends set variant = $2, variant_test = $3 where id = $1`, [sendId, n === 0 ? 'a' : 'b', test.test]);
    }
    await tx.run(`delete from contact_touches`);
    await pickWinner(tx, workspace.launchId, test, { variant: 'a', byUser: workspace.rep.id });
  });
  const facts = await claimed(workspace);
  const first = (sendId?: string) =>
    (facts.find((message) => message.sendId === sendId)?.definition.steps[0] as EmailStep | undefined)?.subject;
  expect(people.map(({ sendId }) => first(sendId))).toEqual(['Hello', 'Clocks for {{ first_name }}']);
});

test.each<{ readers: Had[]; made: string[]; because: string }>([
  {
    readers: [
      { variant: 'a', people: 20 },
      { variant: 'b', people: 20, replied: 7 },
    ],
    made: [],
    because: 'too few to look',
  },
  {
    readers: [
      { variant: 'a', people: 20 },
      { variant: 'b', people: 20, replied: 8 },
    ],
    made: ['b won: replies'],
    because: 'eight answers to one, none to the other',
  },
  {
    readers: [
      { variant: 'a', people: 20, replied: 4 },
      { variant: 'b', people: 20, replied: 6 },
    ],
    made: [],
    because: 'that may be luck',
  },
  {
    readers: [
      { variant: 'a', people: 20 },
      { variant: 'b', people: 20, replied: 8, optedOut: 8 },
    ],
    made: ['b stopped: opt_outs'],
    because: 'a variant that drives people away does not win by being answered',
  },
])('the test decides: $because', async ({ readers, made }) => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  await had(workspace, ...readers);
  await judged(workspace);
  expect(await decisions(workspace)).toEqual(made);
});

test('of lanes that look at once one decides, and a look is not repeated', async () => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  await had(workspace, { variant: 'a', people: 10, replied: 1 }, { variant: 'b', people: 20, replied: 7 });
  await Promise.all(Array.from({ length: 5 }, () => judged(workspace)));
  expect(await decisions(workspace)).toEqual([]);
  // Between two looks nothing is decided, however it stands: that is what makes the confidence true.
  await had(workspace, { variant: 'b', people: 6, replied: 6 });
  await judged(workspace);
  expect(await decisions(workspace)).toEqual([]);
  await had(workspace, { variant: 'a', people: 20 }, { variant: 'b', people: 2, replied: 2 });
  await Promise.all(Array.from({ length: 5 }, () => judged(workspace)));
  expect(await decisions(workspace)).toEqual(['b won: replies']);
  const looks = await inside(workspace, async (tx) => newestLooks(tx, workspace.launchId, await testOfLaunch(workspace)));
  expect(looks).toMatchObject([{ measure: 'replies', look: 2, variant: 'b' }]);
});

test('later people get the winner, and nobody what was stopped', async () => {
  const three = [emailStep({ variants: (['b', 'c'] as const).map((id) => ({ id, subject: id, text: 'Hello' })) })];
  const workspace = await newWorkspace(world, { steps: three });
  await had(workspace, { variant: 'a', people: 20, optedOut: 8 }, { variant: 'b', people: 20 }, { variant: 'c', people: 20 });
  await newPeople(world, workspace, 20);
  await judged(workspace);
  expect(new Set((await claimed(workspace)).map(subjectOf))).toEqual(new Set(['b', 'c']));
  await had(workspace, { variant: 'b', people: 20, replied: 10 }, { variant: 'c', people: 20 });
  await judged(workspace);
  expect(new Set((await claimed(workspace)).map(subjectOf))).toEqual(new Set(['b']));
  expect(await decisions(workspace)).toEqual(['a stopped: opt_outs', 'b won: replies']);
});

test('a rep may pick a winner at any time, and another later; every choice stays on record', async () => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  await newPeople(world, workspace, 10);
  const pick = async (variant: VariantId) => {
    const test = await testOfLaunch(workspace);
    return inside(workspace, (tx) => pickWinner(tx, workspace.launchId, test, { variant, byUser: workspace.rep.id }));
  };
  expect(await pick('a')).toBe(true);
  expect(await pick('a')).toBe(false);
  expect(new Set((await claimed(workspace)).map(subjectOf))).toEqual(new Set(['Hello']));
  expect(await pick('b')).toBe(true);
  expect(new Set((await claimed(workspace)).map(subjectOf))).toEqual(new Set(['Clocks for {{ first_name }}']));
  expect(await decisions(workspace)).toEqual(['a won: by_hand', 'b won: by_hand']);
  await had(workspace, { variant: 'a', people: 20, replied: 9 }, { variant: 'b', people: 20 });
  await judged(workspace); // the rep's word holds: the test is over
  expect(await decisions(workspace)).toEqual(['a won: by_hand', 'b won: by_hand']);
});

test('what is decided in one launch binds no other of the same sequence', async () => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  const otherId = await inside(workspace, (tx) => newLaunch(tx, { ...workspace, by: workspace.rep.id }));
  await had(workspace, { variant: 'a', people: 20 }, { variant: 'b', people: 20, replied: 8 });
  await judged(workspace);
  await newPeople(world, workspace, 20, () => ({ launchId: otherId }));
  expect(new Set((await claimed(workspace)).map(subjectOf)).size).toBe(2);
});

test('whoever changes a word begins the test anew; a version with the same words goes on with it', async () => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  const { launchId, sequenceId, rep } = workspace;
  await had(workspace, { variant: 'a', people: 20 }, { variant: 'b', people: 20, replied: 8 });
  await judged(workspace);
  const [hello, again] = twoWordings as [EmailStep, EmailStep];
  const moveTo = (steps: EmailStep[]) =>
    inside(workspace, async (tx) => {
      const version = await addVersion(tx, sequenceId, { definition: Definition.parse({ steps }), by: rep.id });
      await moveLaunch(tx, launchId, version ?? 0, rep.id);
    });
  await moveTo([hello, { ...again, text: 'Shall we talk?' }]);
  expect(await decisions(workspace)).toEqual(['b won: replies']);
  await moveTo([{ ...hello, text: 'Good day' }, again]);
  expect(await decisions(workspace)).toEqual([]);
  const test = await testOfLaunch(workspace);
  const figures = await inside(workspace, (tx) => variantFigures(tx, launchId, test));
  expect(figures.map(({ people, replied }) => people + replied)).toEqual([0, 0]);
  await newPeople(world, workspace, 20);
  expect(new Set((await claimed(workspace)).map(subjectOf)).size).toBe(2);
});

test('only messages that arrived count, and only what came back of this step', async () => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  await had(workspace, { variant: 'a', people: 4, replied: 2 }, { variant: 'b', people: 3, replied: 1, optedOut: 1 });
  await inside(workspace, async (tx) => {
    await tx.run(`update inbound_messages set step = 1 where id = (select i.id from inbound_messages i join sends s using (enrolment_id)
                  where s.variant = 'a' limit 1)`);
    await tx.run(`update sends set because = 'bounced_later' where id = (select s.id from sends s where s.variant = 'b'
                  and exists (select from inbound_messages i where i.enrolment_id = s.enrolment_id))`);
  });
  const test = await testOfLaunch(workspace);
  expect(await inside(workspace, (tx) => variantFigures(tx, workspace.launchId, test))).toEqual([
    { variant: 'a', people: 4, replied: 1, optedOut: 0 },
    { variant: 'b', people: 2, replied: 0, optedOut: 1 },
  ]);
});
