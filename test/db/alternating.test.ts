import pg from 'pg';
import { openDatabase } from '../../db/transaction.ts';
import { newContact } from '../builders/contact.ts';
import { newTenant } from '../builders/tenant.ts';
import { World } from './world.ts';

const connections = 2;
let world: World;
/** Two tenants with different numbers of contacts: an answer of the other one, or of both, would be seen. */
let tenants: { id: string; contacts: number }[];
beforeAll(async () => {
  world = await World.open();
  tenants = await Promise.all(
    [3, 5].map(async (contacts) => {
      const id = await newTenant(world.onOwnClock);
      await world.onOwnClock.inTenant(id, async (tx) => {
        for (let n = 0; n < contacts; n += 1) await newContact(tx, world.addressKey);
      });
      return { id, contacts };
    }),
  );
});
afterAll(() => world.close());

const tenantOf = (request: number) => tenants[request % 2] ?? { id: '', contacts: 0 };
/** Asks for everything, and trusts no wall to say whose it is. */
const everything = (tenantId: string) =>
  `select count(*) filter (where tenant_id = '${tenantId}') as own, count(*) as seen from contacts`;

test('alternating requests over a pool of two connections see no row of the other, whatever the one before them did', async () => {
  const db = openDatabase({ url: world.database.appUrl, max: connections });
  const requests = Array.from({ length: 4_000 }, (_, request) => async () => {
    const { id, contacts } = tenantOf(request);
    const answered = db.inTenant(id, async (tx) => {
      const seen = await tx.row(everything(id));
      if (request % 7 === 0) await tx.run(`select 1 / 0`);
      if (request % 11 === 0) throw new RangeError('changed its mind');
      return seen;
    });
    if (request % 7 === 0) await expect(answered).rejects.toThrow('division by zero');
    else if (request % 11 === 0) await expect(answered).rejects.toThrow('changed its mind');
    else expect(await answered).toEqual({ own: contacts, seen: contacts });
  });
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let next = requests.shift(); next; next = requests.shift()) await next();
    }),
  );
  await db.close();
});

test('nor do 100,000 transactions of two tenants in turn, as fast as two connections take them', async () => {
  const together = 500; // in one round trip; each enters and commits by itself, as inTenant does
  const rounds = 100_000 / together / connections;
  const foreign: unknown[] = [];
  let asked = 0;
  const turns = Array.from({ length: together }, (_, n) => tenantOf(n));
  const text = turns.map(({ id }) => `begin; select decorum.enter('${id}'); ${everything(id)}; commit`).join(';');
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client({ connectionString: world.database.appUrl });
      await client.connect();
      for (let round = 0; round < rounds; round += 1) {
        const results = (await client.query(text)) as unknown as pg.QueryResult<{ own?: number; seen?: number }>[];
        const answers = results.flatMap(({ rows }) => rows).filter((row) => row.seen !== undefined);
        asked += answers.length;
        answers.forEach((row, n) => {
          const { contacts } = tenantOf(n);
          if (row.own !== contacts || row.seen !== contacts) foreign.push(row);
        });
      }
      await client.end();
    }),
  );
  expect({ asked, foreign }).toEqual({ asked: 100_000, foreign: [] });
});
