import { randomUUID } from 'node:crypto';
import { closeObligation } from '../obligation.ts';
import type { Database, Tx } from '../transaction.ts';
import { endLoad, type RegistryLoad, takeLoad } from './registryLoads.ts';

/** What a file says of one number. */
interface ListedLine {
  areaCode: number;
  exchange: number;
  line: number;
  isAdded: boolean;
}

/** Some numbers of a file, and how many of its lines have been read with them. */
export interface ListedLines {
  found: readonly ListedLine[];
  linesRead: number;
}

/** The load would make the list worse than what is in force. */
export class RegistryLoadRefused extends Error {
  override readonly name = 'RegistryLoadRefused';
}

const LINES = 10_000;
/** Exchanges held in memory before they are written: some 25 MB. */
const mostBlocks = 20_000;
const writtenAtOnce = 500;

interface Block {
  areaCode: number;
  exchange: number;
  set: Uint8Array;
  cleared: Uint8Array;
}

/**
 * Loads a list under its own edition, which nobody reads until the last statement puts it in force: a file that is refused half way leaves
 * the old list as it was, and a process that dies goes on behind the lines that are in the edition. Changes go on from a copy of what is in force.
 */
export async function loadRegistry(
  db: Database,
  tenantId: string,
  load: RegistryLoad,
  lines: AsyncIterable<ListedLines>,
): Promise<void> {
  const run = randomUUID();
  await db.inTenant(tenantId, (tx) => takeLoad(tx, load.id, run));
  const ours = { load, run };
  const codes = new Set(load.areaCodes);
  let read = load.linesDone;
  let blocks = new Map<number, Block>();
  const flush = async () => {
    const all = [...blocks.values()];
    blocks = new Map();
    for (let at = 0; at < all.length; at += writtenAtOnce)
      await db.inTenant(tenantId, (tx) => mergeBlocks(tx, ours, all.slice(at, at + writtenAtOnce)));
    await db.inTenant(tenantId, (tx) => noteProgress(tx, ours, read, [...codes]));
  };
  for await (const { found, linesRead } of lines) {
    for (const { areaCode, exchange, line, isAdded } of found) {
      if (!codes.has(areaCode)) {
        codes.add(areaCode);
        if (load.kind === 'changes') await db.inTenant(tenantId, (tx) => copyEdition(tx, ours, areaCode));
      }
      const key = areaCode * 1_000 + exchange;
      let block = blocks.get(key);
      if (!block) {
        block = { areaCode, exchange, set: new Uint8Array(LINES / 8), cleared: new Uint8Array(LINES / 8) };
        blocks.set(key, block);
      }
      const [at, bit] = [line >> 3, 1 << (line & 7)];
      block.set[at] = isAdded ? (block.set[at] ?? 0) | bit : (block.set[at] ?? 0) & ~bit;
      block.cleared[at] = isAdded ? (block.cleared[at] ?? 0) & ~bit : (block.cleared[at] ?? 0) | bit;
    }
    read = linesRead;
    if (blocks.size > mostBlocks) await flush();
  }
  await flush();
  if (codes.size === 0) throw new RegistryLoadRefused('The file holds no number.');
  await db.inTenant(tenantId, (tx) => putInForce(tx, ours, [...codes]));
}

interface Ours {
  load: RegistryLoad;
  run: string;
}

/** Throws when another run has taken the load over. */
async function stillOurs(tx: Tx, { load, run }: Ours): Promise<{ bases: Record<string, string> }> {
  const [row] = await tx.rows<{ bases: Record<string, string> }>(
    `select bases from registry_loads where id = $1 and run = $2 and state = 'running' for update`,
    [load.id, run],
  );
  if (!row) throw new Error(`The load ${load.id} is another run's.`);
  return row;
}

async function noteProgress(tx: Tx, ours: Ours, linesDone: number, areaCodes: readonly number[]): Promise<void> {
  await stillOurs(tx, ours);
  await tx.run(`update registry_loads set lines_done = $2, area_codes = $3 where id = $1`, [
    ours.load.id,
    linesDone,
    JSON.stringify(areaCodes),
  ]);
}

async function mergeBlocks(tx: Tx, ours: Ours, blocks: readonly Block[]): Promise<void> {
  await stillOurs(tx, ours);
  const { edition } = ours.load;
  const keys = blocks.map(({ areaCode, exchange }) => areaCode * 1_000 + exchange);
  const there = await tx.rows<{ key: number; lines: Buffer }>(
    `select area_code * 1000 + exchange as key, lines from call_registry_blocks
     where edition = $1 and area_code = any($2::smallint[]) and area_code * 1000 + exchange = any($3)`,
    [edition, [...new Set(blocks.map(({ areaCode }) => areaCode))], keys],
  );
  const before = new Map(there.map(({ key, lines }) => [key, lines]));
  const merged = blocks.map(({ set, cleared }, index) => {
    const old = before.get(keys[index] ?? 0);
    return Buffer.from(set.map((byte, at) => ((old?.[at] ?? 0) & ~(cleared[at] ?? 0)) | byte));
  });
  await tx.run(
    `insert into call_registry_blocks (tenant_id, edition, area_code, exchange, lines)
     select decorum.tenant(), $1, b.code, b.exchange, b.lines from unnest($2::smallint[], $3::smallint[], $4::bytea[]) as b(code, exchange, lines)
     on conflict (tenant_id, edition, area_code, exchange) do update set lines = excluded.lines`,
    [edition, blocks.map(({ areaCode }) => areaCode), blocks.map(({ exchange }) => exchange), merged],
  );
}

/** A state's list is one, with all its area codes: it is kept under 0. */
const codeOf = (list: string, areaCode: number): number => (list === 'federal' ? areaCode : 0);

/** Once for an area code: what a run that died has copied is not copied again, from what may be another list by now. */
async function copyEdition(tx: Tx, ours: Ours, areaCode: number): Promise<void> {
  const { list, dataOn, edition } = ours.load;
  const code = codeOf(list, areaCode);
  const { bases } = await stillOurs(tx, ours);
  if (bases[code] !== undefined) return;
  const [inForce] = await tx.rows<{ edition: string; dataOn: string }>(
    `select edition, data_on as "dataOn" from call_registries where list = $1 and area_code = $2`,
    [list, code],
  );
  if (!inForce) throw new RegistryLoadRefused(`There is no full list of area code ${areaCode} for these changes to follow.`);
  if (inForce.dataOn >= dataOn)
    throw new RegistryLoadRefused(`The list of area code ${areaCode} is of ${inForce.dataOn} already.`);
  await tx.run(
    `insert into call_registry_blocks (tenant_id, edition, area_code, exchange, lines)
     select tenant_id, $1, area_code, exchange, lines from call_registry_blocks where edition = $2 and ($3 = 0 or area_code = $3)`,
    [edition, inForce.edition, code],
  );
  await tx.run(`update registry_loads set bases = bases || jsonb_build_object($2::text, $3::text) where id = $1`, [
    ours.load.id,
    code,
    inForce.edition,
  ]);
}

/** The one statement's worth of time in which the new list takes the old one's place; then nothing refers to what it replaced. */
async function putInForce(tx: Tx, ours: Ours, codes: readonly number[]): Promise<void> {
  const { list, kind, dataOn, account, edition } = ours.load;
  const { bases } = await stillOurs(tx, ours);
  const kept = [...new Set(codes.map((code) => codeOf(list, code)))];
  const replaced = await tx.rows<{ areaCode: number; edition: string; dataOn: string }>(
    `select area_code as "areaCode", edition, data_on as "dataOn" from call_registries
     where list = $1 and area_code = any($2::smallint[]) order by area_code for update`,
    [list, kept],
  );
  for (const { areaCode, edition: old, dataOn: of } of replaced) {
    if (of > dataOn) throw new RegistryLoadRefused(`The list in force is of ${of}: this file is older.`);
    if (kind === 'changes' && bases[areaCode] !== old)
      throw new RegistryLoadRefused('Another load has come first: load these changes again.');
  }
  const { numbers } = await tx.row<{ numbers: number }>(
    `with counted as (
       select case when $1 = 'federal' then area_code else 0 end as code, sum(bit_count(lines)) as numbers
       from call_registry_blocks where edition = $2 group by 1),
     put as (
       insert into call_registries (tenant_id, list, area_code, edition, data_on, account, numbers)
       select decorum.tenant(), $1, c.code, $2, $3, $4, coalesce(n.numbers, 0) from unnest($5::smallint[]) as c(code) left join counted n on n.code = c.code
       on conflict (tenant_id, list, area_code) do update
         set edition = excluded.edition, data_on = excluded.data_on, account = excluded.account, numbers = excluded.numbers,
           loaded_at = excluded.loaded_at, warned_at = null
       returning numbers)
     select coalesce(sum(numbers), 0)::bigint as numbers from put`,
    [list, edition, dataOn, account, kept],
  );
  const editions = replaced.map((one) => one.edition);
  await tx.run(
    `delete from call_registry_blocks b where b.edition = any($1)
       and not exists (select from call_registries r where r.edition = b.edition and r.area_code in (0, b.area_code))`,
    [editions],
  );
  const gone = await tx.rows<{ edition: string }>(
    `select distinct e as edition from unnest($1::uuid[]) as e where not exists (select from call_registries r where r.edition = e) order by e`,
    [editions],
  );
  for (const { edition: old } of gone) await closeObligation(tx, 'registry.fresh', old, { replacedBy: edition, dataOn });
  await endLoad(tx, ours.load.id, { numbers });
}

export interface ShownRegistry {
  list: string;
  areaCode: number;
  dataOn: string;
  account: string;
  numbers: number;
  loadedAt: Date;
  /** The tenant's legal date. */
  today: string;
}

export function listRegistries(tx: Tx): Promise<ShownRegistry[]> {
  return tx.rows<ShownRegistry>(
    `select list, area_code as "areaCode", data_on as "dataOn", account, numbers, loaded_at as "loadedAt",
       (decorum.now() at time zone 'UTC')::date as today
     from call_registries order by data_on, list, area_code`,
  );
}
