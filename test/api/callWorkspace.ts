import { windowCalls } from '../../db/calls/tasks.ts';
import { enrolBatch } from '../../db/enrolling.ts';
import { planDue } from '../../db/planning.ts';
import { callingTableVersion, callWindow } from '../../law/calls.ts';
import { runLoad } from '../../activities/registries/runLoad.ts';
import { firstOpening, openingAfter, openingAt } from '../../law/openings.ts';
import { addressHasher } from '../../providers/keyedHash.ts';
import { addList, definition, email, mailboxBody, made } from './builders.ts';
import type { Client, serve } from './serve.ts';

type Api = Awaited<ReturnType<typeof serve>>;

/** A Tuesday, noon in New York. */
const noon = '2026-11-24T17:00:00Z';
const ring = { id: 'ring', kind: 'call', after: { hours: 0 }, title: 'Ring' };
export const ann = '+12125550101';
const bob = '+12125550102';

export interface CallFacts {
  /** The lines of the federal list of 212; empty: none is loaded. */
  registry?: string;
  at?: string;
  phones?: string[];
}

/** A workspace whose clock starts there. */
export async function onThatDay(api: Api, at = noon) {
  const acme = await api.workspace();
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(`update tenants set clock_real_from = clock_timestamp(), clock_legal_from = $1`, [at]),
  );
  return acme;
}

/** A launch whose people, in New York, are to be called, on that Tuesday; the federal list of 212 is loaded unless said otherwise. */
export async function callsUnderWay(api: Api, { registry = '2125559999\n', at = noon, phones = [ann, bob] }: CallFacts = {}) {
  const acme = await onThatDay(api, at);
  const mailbox = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  const sequence = await made(
    acme.rep.post('/v1/sequences', { name: 'Calls', definition: definition({ steps: [ring, email] }) }),
  );
  const { listId, contactIds } = await addList(
    api,
    acme.id,
    acme.rep,
    phones.map((_, n) => `person${n}@one.example`),
  );
  await api.db.inTenant(acme.id, async (tx) => {
    for (const [n, phone] of phones.entries())
      await tx.run(`update contacts set phone = $2 where id = $1`, [contactIds[n], phone]);
  });
  const launch = await made(
    acme.rep.post('/v1/launches', { sequenceId: sequence.id, listIds: [listId], mailboxIds: [mailbox.id] }),
  );
  await api.db.inTenant(acme.id, async (tx) => {
    await enrolBatch(tx, launch.id, firstOpening);
    await planDue(tx, launch.id, 1, openingAt);
    await windowCalls(tx, launch.id, 1, {
      numberHash: addressHasher(api.deps.addressKey, acme.id),
      window: callWindow,
      table: callingTableVersion,
      nextOpening: openingAfter,
    });
  });
  if (registry) expect((await loadRegistry(api, acme, registry)).body).toMatchObject({ state: 'in_force' });
  return { acme, launch, contactIds };
}

/** Uploads a download, and does what its workflow does; answers what has become of it. */
export async function loadRegistry(
  api: Api,
  { id: tenantId, owner }: { id: string; owner: Client },
  lines: string | Buffer,
  { query = 'dataOn=2026-11-20', type = 'text/plain', list = 'federal' } = {},
): Promise<{ status: number; body: unknown }> {
  const reply = await owner.post(`/v1/call-registries/${list}?account=SAN1&${query}`, lines, { 'content-type': type });
  if (reply.status !== 202) return reply;
  const { id } = reply.body as { id: string };
  await runLoad({ db: api.db, onProgress: () => undefined }, tenantId, id);
  return owner.get(`/v1/call-registry-loads/${id}`);
}
