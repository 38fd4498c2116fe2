import { randomBytes, randomUUID } from 'node:crypto';
import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import fc from 'fast-check';
import { failureConverter } from '../../../providers/codec/failureConverter.ts';
import { type Keyring, keyring, type KeyStore } from '../../../providers/codec/keyring.ts';
import { ownerOf } from '../../../providers/codec/ownerOf.ts';
import { payloadCodec, workerCodec } from '../../../providers/codec/payloadCodec.ts';
import { keyIdOf } from '../../../providers/codec/sealing.ts';
import { generateVaultKey, vault } from '../../../providers/vault.ts';

const tenantId = randomUUID();
const other = randomUUID();
const of = (workflowId: string) => ({ type: 'workflow' as const, namespace: 'decorum', workflowId });
const sequence = of(`outreach/${tenantId}/${randomUUID()}`);
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const valueOf = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload!);

/** The keys of some tenants in memory, a clock that the test sets, and a count of the questions. */
class Keys implements KeyStore {
  readonly kept = new Map<string, { tenantId: string; keyId: string; wrapped: string | null }>();
  readonly vault = vault([generateVaultKey()]);
  questions = 0;
  away: Error | null = null;
  nowMs = 0;

  async ofTenant(tenantId: string, wrapNew: () => string) {
    await this.asked();
    const key = this.kept.get(tenantId) ?? { tenantId, keyId: randomUUID(), wrapped: wrapNew() };
    this.kept.set(tenantId, key);
    return key;
  }

  async byId(keyId: string) {
    await this.asked();
    return [...this.kept.values()].find((key) => key.keyId === keyId);
  }

  private async asked(): Promise<void> {
    this.questions += 1;
    await Promise.resolve();
    if (this.away) throw this.away;
  }

  destroy(tenantId: string): void {
    this.kept.set(tenantId, { ...this.kept.get(tenantId)!, wrapped: null });
  }

  ring(platformKeys = [randomBytes(32)]): Keyring {
    return keyring({ store: this, vault: this.vault, platformKeys, monotonicMs: () => this.nowMs, randomBytes });
  }
}

describe('whose a payload is', () => {
  test.each([
    { id: `outreach/${tenantId}/${other}`, owner: tenantId, because: 'the tenant of its id' },
    { id: `cohort/${tenantId}/${other}/3`, owner: tenantId, because: 'the tenant, whatever follows' },
    { id: `deletion/${tenantId}`, owner: null, because: 'it goes on for sixty days after the key is destroyed' },
    { id: `billing/${tenantId}`, owner: null, because: 'records are kept for years' },
    { id: `breach/${tenantId}/${other}`, owner: null, because: 'people must hear of it' },
    { id: `backup/${other}`, owner: null, because: 'a backup is of everybody' },
    { id: 'restore-drill-workflow-2026-11-25T03:00:00Z', owner: null, because: 'a Schedule names no tenant' },
    { id: 'policy/2026-12', owner: null, because: 'a version is no tenant' },
  ])('$id: $because', ({ id, owner }) => {
    expect(ownerOf(of(id))).toEqual({ tenantId: owner, workflowId: id });
    expect(ownerOf({ type: 'activity', namespace: 'decorum', isLocal: false, workflowId: id }).tenantId).toBe(owner);
  });

  test('nobody’s: it is not written', async () => {
    const codec = payloadCodec(new Keys().ring());
    await expect(codec.encode([payloadOf(1)])).rejects.toThrow('written for no workflow');
    await expect(codec.encode([payloadOf(1)], { type: 'activity', namespace: 'decorum', isLocal: false })).rejects.toThrow(
      'written for no workflow',
    );
  });
});

describe('a payload', () => {
  const keys = new Keys();
  const codec = payloadCodec(keys.ring());

  test('comes back as it was, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const value: unknown = JSON.parse(text);
        const [back] = await codec.decode(await codec.encode([payloadOf(value)], sequence));
        expect(valueOf(back)).toEqual(value);
      }),
    );
    const [bytes] = await codec.decode(await codec.encode([payloadOf(Uint8Array.of(1, 2, 255))], sequence));
    expect(valueOf(bytes)).toEqual(Uint8Array.of(1, 2, 255));
  });

  test('shows the id of a key and nothing else', async () => {
    const [sealed] = await codec.encode([payloadOf({ launchId: other, tenantId })], sequence);
    const shown = Object.entries(sealed!.metadata!).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
    expect(Object.fromEntries(shown)).toEqual({ encoding: 'binary/encrypted', 'key-id': keys.kept.get(tenantId)!.keyId });
    const raw = Buffer.from(sealed!.data!).toString('latin1');
    for (const word of [other, tenantId, 'launchId', 'json/plain', 'outreach/']) expect(raw).not.toContain(word);
  });

  test('is written otherwise each time', async () => {
    const sealed = await codec.encode([payloadOf(1), payloadOf(1)], sequence);
    expect(sealed[0]!.data).not.toEqual(sealed[1]!.data);
  });

  test('of before the codec is read as it is', async () => {
    const clear = payloadOf({ launchId: other });
    expect(await codec.decode([clear])).toEqual([clear]);
  });

  test('opens changed in no bit, and under no other key', async () => {
    const [sealed] = await codec.encode([payloadOf(tenantId)], sequence);
    const data = Buffer.from(sealed!.data!);
    await fc.assert(
      fc.asyncProperty(fc.nat(data.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(data);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        await expect(codec.decode([{ ...sealed, data: changed }])).rejects.toThrow('payload');
      }),
    );
    const [theirs] = await codec.encode([payloadOf(1)], of(`outreach/${other}/1`));
    await expect(codec.decode([{ metadata: theirs!.metadata!, data }])).rejects.toThrow('another key');
    for (const keyId of [randomUUID(), 'nonsense', '']) {
      const metadata = { ...sealed!.metadata, 'key-id': Buffer.from(keyId) };
      await expect(codec.decode([{ metadata, data }])).rejects.toThrow('a key that is not here');
    }
  });
});

test('of the platform it is read under an older secret, too', async () => {
  const keys = new Keys();
  const [old, next] = [randomBytes(32), randomBytes(32)];
  const sealed = await payloadCodec(keys.ring([old])).encode([payloadOf('x')], of(`deletion/${tenantId}`));
  const [back] = await payloadCodec(keys.ring([next, old])).decode(sealed);
  expect(valueOf(back)).toBe('x');
  await expect(payloadCodec(keys.ring([next])).decode(sealed)).rejects.toThrow('a key that is not here');
  expect(keys.questions).toBe(0); // the platform's keys need no database
});

test('the database is asked once for all who ask at once, and again after half a minute', async () => {
  const keys = new Keys();
  const codec = payloadCodec(keys.ring());
  const many = await Promise.all(Array.from({ length: 50 }, (_, n) => codec.encode([payloadOf(n)], sequence)));
  expect(keys.questions).toBe(1);
  await Promise.all(many.map((payloads) => codec.decode(payloads)));
  expect(keys.questions).toBe(2); // by the id
  keys.nowMs += 30_000;
  await codec.encode([payloadOf(1)], sequence);
  expect(keys.questions).toBe(3);
});

test('a key is asked for once, however many payloads it seals', async () => {
  const keys = new Keys();
  const codec = payloadCodec(keys.ring());
  for (let n = 0; n < 1_000; n += 1) await codec.decode(await codec.encode([payloadOf(other)], sequence));
  expect(keys.questions).toBe(2);
});

describe('once the key of a tenant is destroyed', () => {
  const keys = new Keys();
  const ring = keys.ring();
  const codec = payloadCodec(ring);
  let sealed: Payload[];
  let theirs: Payload[];
  beforeAll(async () => {
    sealed = await codec.encode([payloadOf('a launch')], sequence);
    theirs = await codec.encode([payloadOf('another’s')], of(`outreach/${other}/1`));
    await codec.decode(sealed);
    keys.destroy(tenantId);
  });

  test('no process reads its histories for longer than half a minute', async () => {
    keys.nowMs += 29_999;
    expect(valueOf((await codec.decode(sealed))[0])).toBe('a launch');
    keys.nowMs += 1;
    await expect(codec.decode(sealed)).rejects.toThrow('The key of this workspace was destroyed');
  });

  test('nothing is written for it any more', async () => {
    await expect(codec.encode([payloadOf(1)], sequence)).rejects.toThrow('was destroyed');
  });

  test('a worker that has something to say for it writes what nobody can read, and goes on', async () => {
    const worker = workerCodec(ring, () => undefined);
    const lost = await worker.encode([payloadOf('a result')], sequence);
    expect(keyIdOf(lost[0]!)).toBe('destroyed');
    await expect(codec.decode(lost)).rejects.toThrow('a key that is not here');
    await expect(worker.encode([payloadOf(1)])).rejects.toThrow('for no workflow');
  });

  test('its deletion and everybody else go on', async () => {
    expect(valueOf((await codec.decode(theirs))[0])).toBe('another’s');
    const [back] = await codec.decode(await codec.encode([payloadOf(60)], of(`deletion/${tenantId}`)));
    expect(valueOf(back)).toBe(60);
  });
});

test('with the database away a client is told, and a worker waits', async () => {
  const keys = new Keys();
  const ring = keys.ring();
  keys.away = new Error('the database is away');
  await expect(payloadCodec(ring).encode([payloadOf(1)], sequence)).rejects.toThrow('the database is away');
  const waits: unknown[] = [];
  const sealed = await workerCodec(ring, (error) => {
    waits.push(error);
    if (waits.length === 2) keys.away = null;
  }).encode([payloadOf('kept')], sequence);
  expect(waits).toHaveLength(2);
  expect(valueOf((await payloadCodec(ring).decode(sealed))[0])).toBe('kept');
});

describe('an error', () => {
  const failure = new Error(`no mailbox ${other}`);

  test('says message and stack in a payload', () => {
    const told = failureConverter.errorToFailure(failure, defaultPayloadConverter, sequence);
    expect(told).toMatchObject({ message: 'Encoded failure', stackTrace: '' });
    expect(valueOf(told.encodedAttributes!)).toMatchObject({ message: `no mailbox ${other}` });
    expect(failureConverter.failureToError(told, defaultPayloadConverter).message).toBe(`no mailbox ${other}`);
  });

  test('of the worker itself has no payload, so nothing is written that has no key', () => {
    const told = failureConverter.errorToFailure(failure, defaultPayloadConverter);
    expect(told).toEqual({
      source: 'TypeScriptSDK',
      message: `no mailbox ${other}`,
      applicationFailureInfo: { type: 'Error', nonRetryable: false },
    });
  });
});

// The promise of both codecs, so that one may stand for the other.
test.each<{ name: string; made: (ring: Keyring) => PayloadCodec }>([
  { name: 'a client', made: payloadCodec },
  { name: 'a worker', made: (ring) => workerCodec(ring, () => undefined) },
])('no payloads are no payloads for $name', async ({ made }) => {
  const codec = made(new Keys().ring());
  expect(await codec.encode([], sequence)).toEqual([]);
  expect(await codec.decode([])).toEqual([]);
});
