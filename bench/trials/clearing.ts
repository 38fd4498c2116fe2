import { randomInt, randomUUID } from 'node:crypto';
import pg from 'pg';
import { type CallAsked, clear } from '../../db/calls/clearances.ts';
import { roleUrl } from '../../db/roles.ts';
import { openDatabase } from '../../db/transaction.ts';
import { judgeCall } from '../../law/calls.ts';
import { addressHasher } from '../../providers/keyedHash.ts';
import { clearanceSigner } from '../../providers/clearanceSignature.ts';
import { newTenant, newUser } from '../../test/builders/tenant.ts';
import { percentile } from '../statistics.ts';
import type { World } from '../world.ts';

export interface Clearing {
  perSecond: number;
  clearanceP99Ms: number;
  lookUpP99Ms: number;
  clearanceP99Ratio: number;
  registryMiB: number;
}

const callers = 4;
/** Area codes that the numbers are spread over, each with 792 exchanges: the share of the country's that so many numbers have. */
const codes = Array.from({ length: 40 }, (_, n) => 212 + n);

/** Clearances with a registry loaded, and one indexed look-up by the number in the same run, by as many callers. */
export async function clearing(
  world: World,
  { numbers, clearances }: { numbers: number; clearances: number },
): Promise<Clearing> {
  const tenantId = await newTenant(world.db, { kind: 'real', name: 'Bench calls' });
  const { id: userId } = await world.db.inTenant(tenantId, (tx) => newUser(tx));
  const { today } = await world.db.inTenant(tenantId, (tx) => tx.row<{ today: string }>(`select decorum.now()::date as today`));
  const registryMiB = await fillRegistry(world.databaseUrl, tenantId, today, numbers);
  const db = openDatabase({ url: roleUrl(world.databaseUrl, 'decorum_app'), max: callers });
  const hashOf = addressHasher(world.keys.addressKey, tenantId);
  const signer = clearanceSigner(world.keys.clearanceSeeds);
  const rules = { judge: judgeCall, sign: (record: string) => signer.sign(record) };
  const ask = (): CallAsked => {
    const number = `+1${codes[randomInt(codes.length)]}${200 + randomInt(792)}${String(randomInt(10_000)).padStart(4, '0')}`;
    const callee = { number, state: '', zone: null };
    return { callee, taskId: null, contactId: randomUUID(), numberHash: hashOf(number), numberSealed: 'sealed', byUser: userId };
  };
  const lookUp = async () => {
    const { callee } = ask();
    const [, code, exchange, line] = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(callee.number ?? '') ?? [];
    await db.inTenant(tenantId, (tx) =>
      tx.rows(
        `select get_bit(b.lines, $3) from call_registries r join call_registry_blocks b on b.edition = r.edition and b.area_code = $1 and b.exchange = $2
         where r.list = 'federal' and r.area_code = $1`,
        [Number(code), Number(exchange), Number(line)],
      ),
    );
  };
  try {
    await timed(lookUp, Math.ceil(clearances / 10));
    const bare = await timed(lookUp, clearances);
    await timed(() => clear(db, tenantId, ask(), rules), Math.ceil(clearances / 10));
    const startedAt = performance.now();
    const cleared = await timed(() => clear(db, tenantId, ask(), rules), clearances);
    const perSecond = clearances / ((performance.now() - startedAt) / 1000);
    const [clearanceP99Ms, lookUpP99Ms] = [percentile(cleared, 0.99), percentile(bare, 0.99)];
    return { perSecond, clearanceP99Ms, lookUpP99Ms, clearanceP99Ratio: clearanceP99Ms / lookUpP99Ms, registryMiB };
  } finally {
    await db.close();
  }
}

/** How long each of `count` took, by a few callers at once. */
async function timed(act: () => Promise<unknown>, count: number): Promise<number[]> {
  const tookMs: number[] = [];
  const caller = async () => {
    while (tookMs.length < count) {
      const from = performance.now();
      await act();
      tookMs.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return tookMs;
}

/** Exchanges with some of their lines set, written at once: what is measured is the reading. Answers the size on disk. */
async function fillRegistry(url: string, tenantId: string, dataOn: string, numbers: number): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const before = await sizeMiB(client); // earlier rounds have left theirs
    await client.query(`begin; select decorum.enter('${tenantId}')`);
    const edition = randomUUID();
    const lines = Buffer.alloc(1250);
    const each = Math.round(numbers / (codes.length * 792));
    for (let line = 0; line < Math.min(each, 10_000); line += 1) lines[line >> 3] = (lines[line >> 3] ?? 0) | (1 << (line & 7));
    await client.query(
      `insert into call_registry_blocks (tenant_id, edition, area_code, exchange, lines)
       select $1, $2, code, exchange, $3 from unnest($4::smallint[]) as c(code), generate_series(200, 991) as e(exchange)`,
      [tenantId, edition, lines, codes],
    );
    await client.query(
      `insert into call_registries (tenant_id, list, area_code, edition, data_on, account, numbers)
       select $1, 'federal', code, $2, $3, 'bench', $4 from unnest($5::smallint[]) as c(code)`,
      [tenantId, edition, dataOn, each * 792, codes],
    );
    await client.query('commit');
    await client.query('analyze call_registry_blocks');
    return (await sizeMiB(client)) - before;
  } finally {
    await client.end();
  }
}

async function sizeMiB(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ mib: string }>(
    `select pg_total_relation_size('call_registry_blocks') / 1048576.0 as mib`,
  );
  return Number(rows[0]?.mib);
}
