import { setTimeout as sleep } from 'node:timers/promises';
import { compose, messageBytes } from '../../../providers/mail/compose.ts';
import { connectSmtp } from '../../../providers/mail/smtpConnect.ts';
import type { SmtpLane } from '../../../providers/mail/smtpLane.ts';
import { openWireWindow } from '../../../providers/mail/wireWindow.ts';
import { type Sink, startSink } from '../../doubles/sink.ts';

let sink: Sink;
beforeAll(async () => {
  sink = await startSink({ seed: 7, slowMs: 100 });
});
afterAll(() => sink.stop());

const connect = (): Promise<SmtpLane> => connectSmtp({ host: '127.0.0.1', port: sink.port, secure: 'none', clientName: 'here' });

async function send(lane: SmtpLane, enrolment: number): Promise<string> {
  const bytes = messageBytes(
    compose({
      from: { address: 'rae@acme.example' },
      to: { address: `p${enrolment}@example.com` },
      subject: 'x',
      sentAt: new Date(0),
      messageId: `<${enrolment}@acme.example>`,
      text: '.\n',
      extra: { 'X-Decorum-Enrolment': String(enrolment), 'X-Decorum-Step': '0' },
    }),
  );
  const prepared = await lane.prepare({
    from: 'rae@acme.example',
    to: `p${enrolment}@example.com`,
    sizeBytes: bytes.length,
    smtpUtf8: false,
  });
  if (prepared.outcome !== 'ready') return prepared.outcome;
  return (await lane.data(bytes, openWireWindow())).outcome;
}

test('it records the ids, the person, and the two instants on the clock that all processes share', async () => {
  const lane = await connect();
  const before = process.hrtime.bigint();
  expect(await send(lane, 1)).toBe('sent');
  const after = process.hrtime.bigint();
  const [record] = await sink.records();
  expect(record).toMatchObject({ to: 'p1@example.com', messageId: '<1@acme.example>', ids: { enrolment: '1', step: '0' } });
  const instants = [before, record?.dataAtNs, record?.acceptedAtNs, after].map(Number);
  expect(instants).toEqual([...instants].sort((a, b) => a - b));
  lane.close();
});

test('under every trouble, what the lane says was sent the sink has accepted, and what was not begun or refused it has not', async () => {
  await sink.setChance({ slow: 0.05, reset: 0.2, transient: 0.2 });
  const from = (await sink.records()).length;
  const outcomes = new Map<string, string>();
  let next = 100;
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      let lane = await connect();
      while (next < 500) {
        const enrolment = next++;
        outcomes.set(String(enrolment), await send(lane, enrolment));
        if (!lane.isUsable) lane = await connect();
      }
      lane.close();
    }),
  );
  await sleep(50);
  await sink.setChance({});
  const accepted = new Set(
    (await sink.records(from)).filter((record) => record.acceptedAtNs !== null).map((record) => record.ids['enrolment']),
  );
  const kinds = new Set(outcomes.values());
  expect([...kinds].sort()).toEqual(['notBegun', 'refused', 'sent', 'unknown']);
  for (const [enrolment, outcome] of outcomes) {
    if (outcome === 'sent') expect(accepted).toContain(enrolment);
    if (outcome === 'notBegun' || outcome === 'refused') expect(accepted).not.toContain(enrolment);
  }
  const { begun, accepted: total, slowed, reset, refused } = await sink.counts();
  expect(Math.min(begun, total, slowed, reset, refused)).toBeGreaterThan(0);
});
