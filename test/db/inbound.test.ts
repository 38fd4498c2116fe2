import { randomBytes } from 'node:crypto';
import { markReply } from '../../db/inbound.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { openingAfter } from '../../law/openings.ts';
import { generateVaultKey, vault } from '../../providers/vault.ts';
import { newSend } from '../builders/enrolment.ts';
import { newOutreach } from '../builders/outreach.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';

const world = { vault: vault([generateVaultKey()]), addressKey: randomBytes(32) };
let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

test('a reply that the rep marks by hand stops the enrolment, in the rep’s name, and is no task', async () => {
  const { tenantId, enrolment, rep } = await newOutreach(db, world);
  const facts = await db.inTenant(tenantId, async (tx) => {
    await newSend(tx, { enrolmentId: enrolment.id, state: 'planned' });
    await tx.run(`update enrolments set state = 'queued'`);
    expect(await markReply(tx, enrolment.id, rep.id, openingAfter)).toBe(true);
    expect(await markReply(tx, enrolment.id, rep.id, openingAfter)).toBe(false);
    return tx.row(
      `select e.state, e.because, (select state from sends) as send, (select count(*) from tasks) as tasks,
         array(select kind || ' ' || forward from inbound_messages) as received,
         array(select kind from enrolment_events where by_user = $1) as events
       from enrolments e`,
      [rep.id],
    );
  });
  expect(facts).toEqual({
    state: 'stopped',
    because: 'replied',
    send: 'cancelled',
    tasks: 0,
    received: ['reply none'],
    events: ['replied'],
  });
});

test('nobody can be marked across the wall', async () => {
  const mine = await newOutreach(db, world);
  const other = await newOutreach(db, world);
  const marked = await db.inTenant(mine.tenantId, (tx) => markReply(tx, other.enrolment.id, mine.rep.id, openingAfter));
  expect(marked).toBe(false);
  const state = await db.inTenant(other.tenantId, (tx) => tx.row(`select state from enrolments`));
  expect(state).toEqual({ state: 'waiting' });
});
