import { pauseTenant } from '../../db/auditor/findings.ts';
import { machine } from '../../db/auditor/invariants.ts';
import { roleUrl } from '../../db/roles.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { newFinding } from '../builders/finding.ts';
import { mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let auditor: Database;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  auditor = openDatabase({ url: roleUrl(api.ownerUrl, 'decorum_auditor'), max: 1 });
});
afterAll(async () => {
  await auditor.close();
  await api.close();
});

interface Board {
  isSilent: boolean;
  heldSince: string | null;
  invariants: { name: string; broken: number }[];
}
const board = async () => (await acme.officer.get('/v1/auditor')).body as Board;
const findings = async (who = acme.officer) =>
  (
    (await who.get('/v1/auditor/findings')).body as {
      items: { id: string; subject: string; canSettle: boolean; isMachine: boolean }[];
    }
  ).items;

test('an auditor that has never looked is a silent one', async () => {
  expect(await board()).toMatchObject({ lookedAt: null, isSilent: true, heldSince: null });
  expect(await findings()).toEqual([]);
});

test('a stop of the auditor ends only once everything behind it is settled, by a person', async () => {
  await made(acme.owner.post('/v1/mailboxes', mailboxBody()));
  const subject = await newFinding(api.ownerUrl, acme.id, 'message_after_suppression');
  await pauseTenant(auditor, acme.id);
  expect(await board()).toMatchObject({
    heldSince: expect.any(String),
    invariants: expect.arrayContaining([expect.objectContaining({ name: 'message_after_suppression', broken: 1 })]),
  });
  expect((await acme.officer.post('/v1/auditor/release')).status).toBe(409);
  const [finding] = await findings();
  expect(finding).toMatchObject({ subject, canSettle: true, isMachine: false });
  expect(await acme.officer.post(`/v1/auditor/findings/${finding?.id}/settle`)).toMatchObject({
    status: 200,
    body: { canSettle: false, settledAt: expect.any(String) },
  });
  expect((await acme.officer.post('/v1/auditor/release')).status).toBe(204);
  expect(await board()).toMatchObject({ heldSince: null });
  const woken = await api.db.inTenant(acme.id, (tx) =>
    tx.rows(`select from outbox where workflow_type = 'mailboxSender' and wanted`),
  );
  expect(woken).toHaveLength(1);
});

test('what mends by itself cannot be settled away', async () => {
  await newFinding(api.ownerUrl, acme.id, 'obligation_overdue');
  const [finding] = await findings();
  expect(finding?.canSettle).toBe(false);
  expect((await acme.officer.post(`/v1/auditor/findings/${finding?.id}/settle`)).status).toBe(409);
});

test("everybody sees the installation's findings and nobody another workspace's", async () => {
  const other = await api.workspace();
  const subject = await newFinding(api.ownerUrl, machine, 'table_without_wall');
  const shown = await findings(other.operator);
  expect(shown).toMatchObject([{ subject, isMachine: true, canSettle: false }]);
  expect((await other.owner.post(`/v1/auditor/findings/${shown[0]?.id}/settle`)).status).toBe(404);
});
