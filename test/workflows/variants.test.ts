import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { markReply } from '../../db/inbound.ts';
import { suppress } from '../../db/suppressions.ts';
import type { VariantId } from '../../domain/sequence.ts';
import { openingAfter } from '../../law/openings.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { emailStep } from '../builders/sequence.ts';
import { type Campaign, newCampaign } from './campaign.ts';
import { allRuns, personalDataIn } from './histories.ts';
import { startWorld, type World } from './world.ts';

const day = 24 * 60 * 60 * 1000;
const perDay = 10;

let world: World;
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData(stream, _session, done) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const head = (name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(Buffer.concat(chunks).toString())?.[1] ?? '';
      letters.push({ enrolmentId: head('X-Decorum-Enrolment'), step: Number(head('X-Decorum-Step')), subject: head('Subject') });
      done();
    });
  },
});
/** As they came over the wire. */
const letters: { enrolmentId: string; step: number; subject: string }[] = [];

beforeAll(async () => {
  world = await startWorld({ at: '2026-11-16T13:00:00Z' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}, 60_000);
afterAll(async () => {
  await world.end();
  await new Promise<void>((resolve) => server.close(resolve));
});

/** Sixty people get one of two wordings, ten a day, and after a month a follow-up in the same thread. */
function launched(): Promise<Campaign> {
  return newCampaign(world, {
    lists: [Array.from({ length: 60 }, () => ({ zone: 'America/New_York' }))],
    mailbox: { cap: perDay, smtpPort: (server.server.address() as AddressInfo).port },
    steps: [
      emailStep({ subject: 'Hello Zelda', variants: [{ id: 'b', subject: 'Clocks', text: 'Do you need clocks?' }] }),
      emailStep({ id: 'again', after: { days: 30 }, subject: '', text: 'Any thoughts?' }),
    ],
  });
}

interface Got {
  enrolmentId: string;
  contactId: string;
  variant: VariantId | null;
  step: number;
  at: Date;
}
const gotIn = ({ launchId }: Campaign) =>
  world.ask<Got>(
    `select enrolment_id as "enrolmentId", contact_id as "contactId", variant, step, sent_at as at from sends
     where launch_id = $1 and state = 'sent' order by sent_at, id`,
    [launchId],
  );
const decisionsIn = ({ launchId }: Campaign) =>
  world.ask<{ variant: VariantId; verdict: string; because: string; at: Date }>(
    `select variant, verdict, because, decided_at as at from variant_decisions where launch_id = $1 order by id`,
    [launchId],
  );

/** Lets days pass until the test has decided or everybody has been written to; each evening whoever got `b` first does as `react` says. */
async function untilDecided(campaign: Campaign, react: (got: Got) => Promise<unknown>): Promise<void> {
  const seen = new Set<string>();
  for (let days = 0; days < 8; days += 1) {
    await world.pass(day);
    for (const got of await gotIn(campaign)) {
      if (got.variant === 'b' && !seen.has(got.enrolmentId)) await react(got);
      seen.add(got.enrolmentId);
    }
    await world.rest();
    if ((await decisionsIn(campaign)).length > 0) return;
  }
}

test('people are split evenly, whoever comes later gets the winner, and a follow-up the subject of its own thread', async () => {
  const campaign = await launched();
  await world.rest();
  await untilDecided(campaign, ({ enrolmentId }) =>
    world.db.inTenant(campaign.tenantId, (tx) => markReply(tx, enrolmentId, campaign.repId, openingAfter)),
  );
  const [won, ...others] = await decisionsIn(campaign);
  expect({ won, others }).toMatchObject({ won: { variant: 'b', verdict: 'won', because: 'replies' }, others: [] });
  await world.pass(50 * day);

  const first = (await gotIn(campaign)).filter(({ step }) => step === 0);
  expect(first).toHaveLength(60);
  const before = first.filter(({ at }) => at < won!.at);
  const after = first.filter(({ at }) => at >= won!.at);
  expect(new Set(before.map(({ variant }) => variant))).toEqual(new Set(['a', 'b']));
  expect(before.length).toBeGreaterThanOrEqual(perDay);
  expect(after.length).toBeGreaterThan(0);
  expect(new Set(after.map(({ variant }) => variant))).toEqual(new Set(['b']));

  // The record says what was on the wire, and the thread goes on under the subject that it began with.
  const variants = new Map(first.map(({ enrolmentId, variant }) => [enrolmentId, variant]));
  const subjects = { a: 'Hello Zelda', b: 'Clocks' } as const;
  const own = letters.filter(({ enrolmentId }) => variants.has(enrolmentId));
  const expected = own.map(({ enrolmentId, step }) => {
    const subject = subjects[variants.get(enrolmentId) === 'a' ? 'a' : 'b'];
    return { enrolmentId, step, subject: step === 0 ? subject : `Re: ${subject}` };
  });
  expect(own).toEqual(expected);
  const followUps = own.filter(({ step }) => step === 1).map(({ subject }) => subject);
  expect(new Set(followUps)).toEqual(new Set(['Re: Hello Zelda', 'Re: Clocks']));
  for (const { history } of await allRuns(world, campaign.tenantId)) expect(personalDataIn(history)).toEqual([]);
}, 120_000);

test('a variant that people opt out of is stopped, and nobody gets it any more', async () => {
  const campaign = await launched();
  await world.rest();
  const hashes = new Map(campaign.people.map(({ id, addressHash }) => [id, addressHash]));
  await untilDecided(campaign, ({ contactId, enrolmentId }) =>
    suppress(world.db, campaign.tenantId, {
      subjects: [{ hash: hashes.get(contactId) ?? Buffer.alloc(0), kind: 'address' }],
      channel: 'email',
      basis: 'one_click',
      enrolmentId,
      deadline: optOutDeadline,
    }),
  );
  const [stopped] = await decisionsIn(campaign);
  expect(stopped).toMatchObject({ variant: 'b', verdict: 'stopped', because: 'opt_outs' });
  await world.pass(8 * day);
  const later = (await gotIn(campaign)).filter(({ at, step }) => step === 0 && at >= stopped!.at);
  expect(later.length).toBeGreaterThan(0);
  expect(new Set(later.map(({ variant }) => variant))).toEqual(new Set(['a']));
}, 120_000);
