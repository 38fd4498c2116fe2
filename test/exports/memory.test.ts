import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startExport } from '../../db/exports/start.ts';
import { portabilityDeadline } from '../../law/answers.ts';
import { newTenant } from '../builders/tenant.ts';
import { World } from '../db/world.ts';

const root = join(__dirname, '../..');
const ROWS = 200_000;
/** Heap in which the rows could not be held, and what the whole process may take: a million rows have 512 MB. */
const HEAP_MB = 64;
const MOST_MB = 400;

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

test('an account of any size is written in bounded memory', async () => {
  const tenantId = await newTenant(world.onOwnClock);
  const { exportId } = await world.onOwnClock.inTenant(tenantId, async (tx) => {
    await tx.run(
      `insert into contacts (tenant_id, email, canonical_email, address_hash, domain_hash, first_name, last_name, company_about)
       select decorum.tenant(), e, e, sha256(e::bytea), sha256(e::bytea), 'Pat ' || n, 'Person', repeat(md5(n::text), 8)
       from generate_series(1, $1) as n cross join lateral (select 'pat.' || n || '@company' || n % 5000 || '.example' as e) as address`,
      [ROWS],
    );
    return startExport(tx, { contactId: null, askedBy: null, deadline: portabilityDeadline });
  });
  const { code, err, peakMb } = await run([world.database.appUrl, tenantId, exportId]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(peakMb).toBeLessThan(MOST_MB);
  const done = await world.onOwnClock.inTenant(tenantId, (tx) =>
    tx.row(
      `select e.state, f.rows, f.bytes > 60000000 as "isMore" from exports e join export_files f on f.export_id = e.id and f.name = 'contacts.csv'`,
    ),
  );
  expect(done).toEqual({ state: 'done', rows: ROWS, isMore: true });
}, 180_000);

/** Writes an export as a worker does. */
const writer = `
  const { openDatabase } = await import(${JSON.stringify(join(root, 'db/transaction.ts'))});
  const { runExport } = await import(${JSON.stringify(join(root, 'activities/exports/runExport.ts'))});
  const [url, tenantId, exportId] = process.argv.slice(1);
  const db = openDatabase({ url, max: 2 });
  while (await runExport({ db, addressKey: Buffer.alloc(32), onProgress() {}, isOver: () => false }, tenantId, exportId));
  await db.close();
  process.stdout.write(String(process.resourceUsage().maxRSS)); // kilobytes
`;

function run(args: readonly string[]): Promise<{ code: number | null; err: string; peakMb: number }> {
  return new Promise((resolve, reject) => {
    const options = [`--max-old-space-size=${HEAP_MB}`, '--import', 'tsx', '--input-type=module', '--eval', writer];
    const child = spawn(process.execPath, [...options, ...args], { cwd: root });
    let peak = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => (peak += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, err, peakMb: Number(peak) / 1024 }));
  });
}
