import { closeWork, want } from '../outbox.ts';
import type { Database, Tx } from '../transaction.ts';
import { registryWork } from '../workflowIds.ts';

/** What is said of a download before it is read. */
export interface RegistryFile {
  /** `federal`, or a state with a list of its own. */
  list: string;
  kind: 'full' | 'changes';
  dataOn: string;
  /** Subscription account number. */
  account: string;
  /** Of a file whose lines have seven digits. */
  areaCode: number | null;
  form: 'lines' | 'zip';
  fileName: string;
}

export type LoadState = 'uploading' | 'running' | 'in_force' | 'refused';

export interface RegistryLoad extends RegistryFile {
  id: string;
  origin: 'upload' | 'folder';
  fileStamp: string | null;
  state: LoadState;
  reason: string | null;
  edition: string;
  areaCodes: number[];
  linesDone: number;
  numbers: number | null;
  createdAt: Date;
  endedAt: Date | null;
}

const columns = `id, list, kind, data_on as "dataOn", account, area_code as "areaCode", form, origin, file_name as "fileName", file_stamp as "fileStamp",
  state, reason, edition, area_codes as "areaCodes", lines_done as "linesDone", numbers, created_at as "createdAt", ended_at as "endedAt"`;
const given = `list, kind, data_on, account, area_code, form, file_name`;
const givenBy = ({ list, kind, dataOn, account, areaCode, form, fileName }: RegistryFile) => [
  list,
  kind,
  dataOn,
  account,
  areaCode,
  form,
  fileName,
];

export async function findLoad(tx: Tx, loadId: string): Promise<RegistryLoad | undefined> {
  const [found] = await tx.rows<RegistryLoad>(`select ${columns} from registry_loads where id = $1`, [loadId]);
  return found;
}

/** Newest first. */
export function listLoads(tx: Tx, rows: number): Promise<RegistryLoad[]> {
  return tx.rows<RegistryLoad>(`select ${columns} from registry_loads order by created_at desc, id limit $1`, [rows]);
}

export async function beginUpload(tx: Tx, file: RegistryFile, byUser: string): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into registry_loads (tenant_id, origin, by_user, ${given}) values (decorum.tenant(), 'upload', $1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [byUser, ...givenBy(file)],
  );
  return id;
}

/** Throws when the upload has ended meanwhile: it took longer than anybody waits. */
export async function keepLoadChunk(tx: Tx, loadId: string, n: number, bytes: Buffer): Promise<void> {
  const kept = await tx.run(
    `insert into registry_load_chunks (tenant_id, load_id, n, bytes)
     select tenant_id, id, $2, $3 from registry_loads where id = $1 and state = 'uploading' for key share`,
    [loadId, n, bytes],
  );
  if (kept === 0) throw new Error(`The upload of load ${loadId} has ended.`);
}

/** The file is here whole: from here on the workflow has it. */
export async function startLoad(tx: Tx, loadId: string): Promise<void> {
  const started = await tx.run(`update registry_loads set state = 'running' where id = $1 and state = 'uploading'`, [loadId]);
  if (started > 0) await want(tx, [registryWork(tx.tenantId, loadId)]);
}

/** A file of the operator's folder, taken once as long as it does not change; not beside a load of older data, which it may go on from. */
export async function takeFolderFile(tx: Tx, file: RegistryFile, stamp: string): Promise<void> {
  const [taken] = await tx.rows<{ id: string }>(
    `insert into registry_loads (tenant_id, origin, state, file_stamp, ${given}) 
     select decorum.tenant(), 'folder', 'running', $1, $2, $3, $4::date, $5, $6::smallint, $7, $8
     where not exists (select from registry_loads where list = $2 and state = 'running' and data_on < $4::date)
       and not exists (select from account_deletions where state <> 'cancelled') -- an account that goes gets nothing new
     on conflict (tenant_id, file_stamp) do nothing returning id`,
    [stamp, ...givenBy(file)],
  );
  if (taken) await want(tx, [registryWork(tx.tenantId, taken.id)]);
}

/** The upload as it came, piece by piece, each in a transaction of its own. */
export async function* uploadOf(db: Database, tenantId: string, loadId: string): AsyncGenerator<Buffer> {
  for (let n = 0; ; n += 1) {
    const [chunk] = await db.inTenant(tenantId, (tx) =>
      tx.rows<{ bytes: Buffer }>(`select bytes from registry_load_chunks where load_id = $1 and n = $2`, [loadId, n]),
    );
    if (!chunk) return;
    yield chunk.bytes;
  }
}

/** Whoever had the load before can write nothing of it any more. */
export async function takeLoad(tx: Tx, loadId: string, run: string): Promise<void> {
  await tx.run(`update registry_loads set run = $2 where id = $1 and state = 'running'`, [loadId, run]);
}

/** Ends a load, in force or refused, and lets go of its file and its workflow's row. */
export async function endLoad(tx: Tx, loadId: string, end: { numbers: number } | { reason: string }): Promise<void> {
  const [numbers, reason] = 'numbers' in end ? [end.numbers, null] : [null, end.reason];
  await tx.run(
    `update registry_loads set state = case when $3::text is null then 'in_force' else 'refused' end, numbers = $2, reason = $3, ended_at = decorum.now()
     where id = $1 and state in ('uploading', 'running')`,
    [loadId, numbers, reason],
  );
  await tx.run(`delete from registry_load_chunks where load_id = $1`, [loadId]);
  if (reason !== null)
    await tx.run(`delete from call_registry_blocks where edition = (select edition from registry_loads where id = $1)`, [loadId]);
}

/** Nothing is owed to the load's workflow. */
export async function closeLoadWork(tx: Tx, loadId: string): Promise<void> {
  const { workflowId } = registryWork(tx.tenantId, loadId);
  await tx.run(`update outbox set wanted = false where workflow_id = $1`, [workflowId]);
  await closeWork(tx, workflowId);
}

/** Uploads that broke off with the process that took them. */
export async function letUploadsGo(tx: Tx): Promise<void> {
  const left = await tx.rows<{ id: string }>(
    `select id from registry_loads where state = 'uploading' and created_at < decorum.now() - interval '1 day' order by id`,
  );
  for (const { id } of left) await endLoad(tx, id, { reason: 'The upload broke off.' });
}
