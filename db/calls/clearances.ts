import { randomUUID } from 'node:crypto';
import type { Callee, CallFacts, Judgment } from '../../domain/callJudgment.ts';
import { registryPlace } from '../../domain/phoneNumber.ts';
import { closeObligation, openObligation } from '../obligation.ts';
import type { Database, Tx } from '../transaction.ts';
import { switches } from './switches.ts';

/** How old a clearance may be when the phone is beyond our reach: the stated bound. */
const oldestSeconds = 10;

export interface ClearanceRules {
  judge(facts: CallFacts): Judgment;
  sign(record: string): Buffer;
}

export interface CallAsked {
  callee: Callee;
  taskId: string | null;
  contactId: string | null;
  numberHash: Buffer;
  /** The number, encrypted. */
  numberSealed: string;
  byUser: string;
  /** What a look-up of reassigned numbers said just now. */
  reassigned?: CallFacts['reassigned'];
}

export interface Clearance {
  id: string;
  state: 'cleared' | 'refused' | 'withdrawn' | 'dialled';
  because: string | null;
  detail: string;
  citation: string;
  allowedUntil: Date | null;
  opensAt: Date | null;
}

/** The first half's list check again, alone: what a commit since may have changed. */
const listed = `exists (select from do_not_call where number_hash = $1)
  or exists (select from contacts c join suppressions x on x.subject_hash in (c.address_hash, c.domain_hash) where c.id = $2 and x.channel in ('phone', 'all') and x.scope_id = decorum.tenant())`;
const onRegistry = `exists (select from call_registries r join call_registry_blocks b on b.edition = r.edition and b.area_code = $3 and b.exchange = $4
    where r.area_code in (0, $3) and r.list = any($6) and get_bit(b.lines, $5) = 1)`;

/**
 * Answers whether the call may be made now, and keeps the answer. As at the wire: the clearance is written and committed, then looked at
 * again with a new snapshot. A request not to be called commits first and then takes clearances back, so one of the two sees the other.
 */
export async function clear(db: Database, tenantId: string, asked: CallAsked, rules: ClearanceRules): Promise<Clearance> {
  // It need not wait for the disk: a clearance that a crash of PostgreSQL has lost cannot be redeemed, and the dialling that redeems one waits.
  const written = await db.inTenant(
    tenantId,
    async (tx) => writeClearance(tx, asked, rules.judge(await readFacts(tx, asked)), rules),
    { mayBeLost: true },
  );
  if (written.state !== 'cleared') return written;
  const isCovered = await db.inTenant(tenantId, (tx) => isListed(tx, asked, written.lists));
  return isCovered ? withdraw(db, tenantId, written) : written;
}

interface Written extends Clearance {
  lists: string[];
}

async function writeClearance(tx: Tx, asked: CallAsked, judgment: Judgment, rules: ClearanceRules): Promise<Written> {
  const { because, detail, citation, allowedUntil, opensAt, basis } = judgment;
  const state = because === null ? 'cleared' : 'refused';
  const id = randomUUID();
  const record = JSON.stringify({
    id,
    tenant: tx.tenantId,
    number: asked.numberHash.toString('hex'),
    state,
    because,
    citation,
    ...basis,
  });
  const row = await tx.row<{ allowedUntil: Date | null }>(
    `insert into clearances (tenant_id, id, task_id, person_key, number_hash, number_sealed, state, because, citation, allowed_until, by_user, record, signature)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7, $8, least($9::timestamptz, case when $6 = 'cleared' then decorum.now() + interval '${oldestSeconds} s' end), $10, $11, $12)
     returning allowed_until as "allowedUntil"`,
    [
      id,
      asked.taskId,
      personKey(asked),
      asked.numberHash,
      asked.numberSealed,
      state,
      because,
      citation,
      allowedUntil,
      asked.byUser,
      record,
      rules.sign(record),
    ],
  );
  return { id, state, because, detail, citation, allowedUntil: row.allowedUntil, opensAt, lists: Object.keys(basis.lists) };
}

async function isListed(tx: Tx, { callee, numberHash, contactId }: CallAsked, lists: readonly string[]): Promise<boolean> {
  const place = registryPlace(callee.number ?? '');
  const { covered } = await tx.row<{ covered: boolean }>(`select ${listed} or ${onRegistry} as covered`, [
    numberHash,
    contactId,
    place?.areaCode ?? null,
    place?.exchange ?? null,
    place?.line ?? 0,
    lists,
  ]);
  return covered;
}

async function withdraw(db: Database, tenantId: string, { lists: _lists, ...clearance }: Written): Promise<Clearance> {
  await db.inTenant(tenantId, (tx) =>
    tx.run(`update clearances set state = 'withdrawn', because = 'do_not_call_request' where id = $1`, [clearance.id]),
  );
  return { ...clearance, state: 'withdrawn', because: 'do_not_call_request', detail: cameBetween, allowedUntil: null };
}

const cameBetween = 'A request not to be called came in between.';

/** Whose attempts the states count: a person has one key whatever number is dialled. */
function personKey({ contactId, numberHash }: CallAsked): Buffer {
  return contactId === null ? numberHash : Buffer.from(contactId.replaceAll('-', ''), 'hex');
}

async function readFacts(tx: Tx, asked: CallAsked): Promise<CallFacts> {
  const place = registryPlace(asked.callee.number ?? '');
  const facts = await tx.row<{
    at: Date;
    isRequested: boolean;
    exemptions: string[];
    bans: { state: string; reason: string }[];
    registries: { list: string; dataOn: string; isListed: boolean }[];
    attempts: string[];
  }>(
    `select decorum.now() as at, ${listed} as "isRequested",
       ${switches},
       (select coalesce(json_agg(json_build_object('list', r.list, 'dataOn', r.data_on, 'isListed', coalesce(get_bit(b.lines, $5) = 1, false))), '[]')
        from call_registries r left join call_registry_blocks b on b.edition = r.edition and b.area_code = $3 and b.exchange = $4
        where r.area_code in (0, $3)) as registries,
       (select coalesce(json_agg(coalesce(dialled_at, asked_at) order by asked_at), '[]') from clearances
        where person_key = $6 and state in ('dialling', 'dialled') and asked_at > decorum.now() - interval '7 days') as attempts`,
    [asked.numberHash, asked.contactId, place?.areaCode ?? null, place?.exchange ?? null, place?.line ?? 0, personKey(asked)],
  );
  return {
    ...facts,
    callee: asked.callee,
    reassigned: asked.reassigned ?? 'not asked',
    attempts: facts.attempts.map((at) => new Date(at)),
  };
}

/** Dials: redeems a clearance once, by the same check, in two halves as above. Null: there is no such clearance of this user's. */
export async function dial(
  db: Database,
  tenantId: string,
  clearanceId: string,
  asked: CallAsked,
  rules: ClearanceRules,
): Promise<Clearance | null> {
  const first = await db.inTenant(tenantId, async (tx): Promise<Written | null> => {
    // One at a time for a person: two of the last call that a state allows must not both be made.
    await tx.run(`select pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0))`, [personKey(asked)]);
    const [row] = await tx.rows<{ state: string; because: string | null; isOld: boolean }>(
      `select state, because, allowed_until <= decorum.now() as "isOld" from clearances where id = $1 and by_user = $2 for update`,
      [clearanceId, asked.byUser],
    );
    if (!row) return null;
    const judgment = rules.judge(await readFacts(tx, asked));
    const { citation, opensAt, basis } = judgment;
    const refusal =
      row.state !== 'cleared'
        ? { because: row.because ?? 'redeemed', detail: row.state === 'withdrawn' ? cameBetween : 'The clearance has been used.' }
        : row.isOld
          ? { because: 'expired', detail: `A clearance holds ${oldestSeconds} seconds: ask again.` }
          : judgment;
    const isAllowed = refusal.because === null;
    if (row.state === 'cleared')
      await tx.run(`update clearances set state = $2, because = $3 where id = $1`, [
        clearanceId,
        isAllowed ? 'dialling' : 'withdrawn',
        refusal.because,
      ]);
    return {
      id: clearanceId,
      state: isAllowed ? 'cleared' : 'refused',
      because: refusal.because,
      detail: refusal.detail,
      citation,
      allowedUntil: null,
      opensAt,
      lists: Object.keys(basis.lists),
    };
  });
  if (first?.state !== 'cleared') return first;
  return db.inTenant(tenantId, async (tx) => {
    const isCovered = await isListed(tx, asked, first.lists);
    const changed = await tx.rows<{ record: string; signature: Buffer; at: Date }>(
      `update clearances set state = $2, because = $3, dialled_at = case when $2 = 'dialled' then decorum.now() end
       where id = $1 and state = 'dialling' returning record, signature, decorum.now() as at`,
      [clearanceId, isCovered ? 'withdrawn' : 'dialled', isCovered ? 'do_not_call_request' : null],
    );
    const [made] = changed;
    const { lists: _lists, ...answer } = first;
    if (isCovered || !made)
      return { ...answer, state: 'withdrawn' as const, because: 'do_not_call_request', detail: cameBetween };
    await tx.run(`update tasks set state = 'open' where id = $1 and state = 'not_cleared'`, [asked.taskId]);
    await openObligation(tx, {
      kind: 'call.cleared',
      subjectKind: 'clearance',
      subjectId: clearanceId,
      basis: { at: made.at.toISOString() },
      startedAt: made.at,
      dueAt: made.at,
      workflowId: 'none: it is met as the call begins',
    });
    await closeObligation(tx, 'call.cleared', clearanceId, {
      record: made.record,
      signature: made.signature.toString('base64url'),
    });
    return { ...answer, state: 'dialled' as const };
  });
}

/** Whom a clearance was for, to be dialled with it. */
export async function askedBy(tx: Tx, clearanceId: string): Promise<{ taskId: string | null; numberSealed: string } | null> {
  const [found] = await tx.rows<{ taskId: string | null; numberSealed: string }>(
    `select task_id as "taskId", number_sealed as "numberSealed" from clearances where id = $1`,
    [clearanceId],
  );
  return found ?? null;
}
