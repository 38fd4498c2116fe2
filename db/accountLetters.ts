import { beginLook, closeWork, endLook, want } from './outbox.ts';
import type { Tx } from './transaction.ts';
import { letterWork } from './workflowIds.ts';

/** Letters whose link does something, with the hours that it is good for. */
const linked = { sign_up: 24, invitation: 7 * 24, reset: 1, new_email: 24 } as const;
/** Letters that only tell; a mail server that is down for so long makes them pointless. */
const telling = {
  known: 24,
  password_changed: 72,
  email_changed: 72,
  factor_changed: 72,
  abuse_watch: 7 * 24,
  abuse_throttle: 7 * 24,
  abuse_pause: 7 * 24,
  abuse_lifted: 7 * 24,
  abuse_upheld: 7 * 24,
} as const;
const hours = { ...linked, ...telling };

export type LinkKind = keyof typeof linked;
export type LetterKind = keyof typeof hours;

export interface NewLetter {
  kind: LetterKind;
  address: string;
  userId?: string;
  role?: string;
  byUserId?: string;
  facts?: object;
}

/** Writes a letter to the record, and wants it sent. Its link is made from the id when it is sent, so that no dump of the record holds one. */
export async function writeLetter(tx: Tx, letter: NewLetter): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into account_letters (tenant_id, kind, address, user_id, role, by_user_id, facts, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(hours => $8)) returning id`,
    [
      tx.tenantId,
      letter.kind,
      letter.address,
      letter.userId ?? null,
      letter.role ?? null,
      letter.byUserId ?? null,
      JSON.stringify(letter.facts ?? {}),
      hours[letter.kind],
    ],
  );
  await want(tx, [letterWork(tx.tenantId, id)]);
  return id;
}

export interface OpenLink {
  id: string;
  kind: LinkKind;
  address: string;
  userId: string | null;
  role: 'rep' | 'officer' | 'operator' | 'owner' | null;
  facts: unknown;
  expiresAt: Date;
}

/** A link that is still good. Locked: of two that follow it at once, the second finds it used. */
export async function openLink(tx: Tx, letterId: string): Promise<OpenLink | undefined> {
  const [link] = await tx.rows<OpenLink>(
    `select id, kind, address, user_id as "userId", role, facts, expires_at as "expiresAt" from account_letters
     where tenant_id = $1 and id = $2 and kind = any($3) and used_at is null and expires_at > clock_timestamp() for update`,
    [tx.tenantId, letterId, Object.keys(linked)],
  );
  return link;
}

export async function useLink(tx: Tx, letterId: string): Promise<void> {
  await tx.run(`update account_letters set used_at = clock_timestamp(), facts = '{}' where tenant_id = $1 and id = $2`, [
    tx.tenantId,
    letterId,
  ]);
}

export interface Invitation {
  id: string;
  email: string;
  role: 'rep' | 'officer' | 'operator' | 'owner';
  invitedBy: string;
  createdAt: Date;
  sentAt: Date | null;
  expiresAt: Date;
}

/** Invitations that nobody has accepted yet, the newest first. */
export async function listInvitations(tx: Tx): Promise<Invitation[]> {
  return tx.rows<Invitation>(
    `select l.id, l.address as email, l.role, coalesce(u.name, '') as "invitedBy", l.created_at as "createdAt", l.sent_at as "sentAt",
       l.expires_at as "expiresAt"
     from account_letters l left join users u on u.tenant_id = l.tenant_id and u.id = l.by_user_id
     where l.tenant_id = $1 and l.kind = 'invitation' and l.used_at is null and l.expires_at > clock_timestamp()
     order by l.created_at desc, l.id limit 500`,
    [tx.tenantId],
  );
}

/** Takes back the open invitations of an address: there is one at a time. */
export async function withdrawInvitationsTo(tx: Tx, address: string): Promise<void> {
  await tx.run(
    `update account_letters set used_at = clock_timestamp() where tenant_id = $1 and kind = 'invitation' and address = $2 and used_at is null`,
    [tx.tenantId, address],
  );
}

/** False: there is no such open invitation. */
export async function withdrawInvitation(tx: Tx, letterId: string): Promise<boolean> {
  const withdrawn = await tx.run(
    `update account_letters set used_at = clock_timestamp() where tenant_id = $1 and id = $2 and kind = 'invitation' and used_at is null`,
    [tx.tenantId, letterId],
  );
  return withdrawn > 0;
}

/** A letter as it is to be written. */
export interface DueLetter {
  id: string;
  kind: LetterKind;
  address: string;
  workspace: string;
  /** Who invites. */
  byName: string;
  role: string | null;
}

/** A look of the letter's workflow: what is to be sent now, and the milliseconds after which the letter is to be forgotten. */
export async function lookAtLetter(tx: Tx, letterId: string): Promise<{ due: DueLetter | null; waitMs: number } | null> {
  await beginLook(tx, letterWork(tx.tenantId, letterId).workflowId);
  const [letter] = await tx.rows<DueLetter & { isDue: boolean; waitMs: number }>(
    `select l.id, l.kind, l.address, l.role, coalesce(u.name, '') as "byName", coalesce(t.name, l.facts ->> 'company', '') as workspace,
       l.sent_at is null and l.used_at is null as "isDue",
       greatest(0, ceil(extract(epoch from l.expires_at - clock_timestamp()) * 1000))::float8 as "waitMs"
     from account_letters l left join tenants t on t.id = l.tenant_id
       left join users u on u.tenant_id = l.tenant_id and u.id = l.by_user_id
     where l.tenant_id = $1 and l.id = $2`,
    [tx.tenantId, letterId],
  );
  if (!letter) return null;
  const { isDue, waitMs, ...due } = letter;
  await endLook(tx, letterWork(tx.tenantId, letterId).workflowId, null);
  return { due: isDue && waitMs > 0 ? due : null, waitMs };
}

export async function markLetterSent(tx: Tx, letterId: string): Promise<void> {
  await tx.run(`update account_letters set sent_at = clock_timestamp() where tenant_id = $1 and id = $2`, [
    tx.tenantId,
    letterId,
  ]);
}

/** Deletes a letter whose time is over, and with it what somebody typed who never came back; its workflow ends. */
export async function forgetLetter(tx: Tx, letterId: string): Promise<void> {
  await tx.run(`delete from account_letters where tenant_id = $1 and id = $2 and expires_at <= clock_timestamp()`, [
    tx.tenantId,
    letterId,
  ]);
  await closeWork(tx, letterWork(tx.tenantId, letterId).workflowId);
}
