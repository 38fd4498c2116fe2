import { z } from 'zod';
import { audited } from '../../db/audit/log.ts';
import { type Keyring, type OwnedKey, TenantKeyDestroyed, UnknownKey } from '../../providers/codec/keyring.ts';
import { tenantOf } from '../../providers/codec/ownerOf.ts';
import { keyIdOf, open, PayloadRefused } from '../../providers/codec/sealing.ts';
import { Problem } from '../problem.ts';
import { isAllowed } from '../roles.ts';
import { route, type Who } from '../route.ts';

const Base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'This is no base64.');
const LONGEST_SUBJECT = 100;

/** A payload in the JSON form of protobuf, as Temporal's pages and command line send it. */
const Payload = z
  .object({ metadata: z.record(z.string().max(100), Base64).default({}), data: Base64.default('') })
  .meta({ id: 'Payload' });
/** The JSON form leaves out an empty list. */
const Payloads = z.object({ payloads: z.array(Payload).max(2_000).default([]) }).meta({ id: 'Payloads' });
type Shown = z.output<typeof Payload>;

/** Temporal's remote codec: what its pages show encrypted comes here, and goes back readable to whoever may read it. */
const decode = route({
  method: 'post',
  path: '/histories/decode',
  action: 'histories.read',
  tag: 'Histories',
  summary: 'Decrypt payloads of the workspace’s workflows, as a codec server of the Temporal UI',
  body: Payloads,
  reply: { status: 200, schema: Payloads },
  isSecret: true,
  fromTemporalUi: true,
  errors: ['key-destroyed'],
  async handle({ who, db, deps, body }) {
    const read = new Set<string>();
    const payloads = await Promise.all(body.payloads.map((payload) => shown(payload, who, deps.histories, read)));
    await db.inTenant(who.tenantId, async (tx) => {
      for (const workflowId of read)
        await audited(tx, { action: 'history read', subjectKind: 'workflow', subjectId: workflowId.slice(0, LONGEST_SUBJECT) });
    });
    return { payloads };
  },
});

export const historyRoutes = [decode];

/** Decrypted, or as it came: what is clear already, broken, of another installation, or not for this reader. */
async function shown(payload: Shown, who: Who, keys: Keyring, read: Set<string>): Promise<Shown> {
  const wire = {
    metadata: Object.fromEntries(Object.entries(payload.metadata).map(([name, text]) => [name, Buffer.from(text, 'base64')])),
    data: Buffer.from(payload.data, 'base64'),
  };
  const keyId = keyIdOf(wire);
  if (keyId === null) return payload;
  try {
    const key = await keys.opening(keyId);
    const opened = open(wire, key);
    if (!mayRead(who, key, opened.workflowId)) return payload;
    read.add(opened.workflowId);
    const { metadata, data } = opened.payload;
    return {
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)])),
      data: base64(data ?? Buffer.alloc(0)),
    };
  } catch (error) {
    if (error instanceof TenantKeyDestroyed) throw new Problem('key-destroyed', error.message);
    if (error instanceof UnknownKey || error instanceof PayloadRefused) return payload;
    throw error;
  }
}

/** One's own workspace's; what is of no workspace, whoever answers for the machine. */
function mayRead(who: Who, { tenantId }: OwnedKey, workflowId: string): boolean {
  const owner = tenantId ?? tenantOf(workflowId);
  return owner === null ? isAllowed(who.role, 'system.read') : owner === who.tenantId;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
