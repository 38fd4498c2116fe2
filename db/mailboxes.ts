import { pauseMailbox } from './mailboxHealth.ts';
import { want } from './outbox.ts';
import { keyset, type Orders, type Sort, type Sorted } from './sorting.ts';
import type { Tx } from './transaction.ts';
import { mailboxWork } from './workflowIds.ts';

/** What somebody sets when adding or changing a mailbox; secrets are vault tokens already. */
export interface MailboxSettings {
  ownerId: string;
  kind: 'rep' | 'relay';
  fromName: string;
  address: string; // canonical
  smtpHost: string;
  smtpPort: number;
  smtpSecurity: 'none' | 'starttls' | 'tls';
  smtpUser: string | null;
  smtpSecret: string | null;
  dkimDomain: string;
  dkimSelector: string;
  dkimSecret: string;
  cap: number | null;
  rampStart: number | null;
  rampStep: number;
  gapSeconds: number;
  jitterSeconds: number;
  lanes: number;
  connections: number;
}

export interface Mailbox extends MailboxSettings {
  id: string;
  state: 'active' | 'paused';
  pausedBecause: 'authentication' | 'policy' | 'bounce_rate' | 'complaint_rate' | 'by_hand' | null;
  authenticationFailures: number;
  nextSendAt: Date | null;
  createdAt: Date;
  /** Of the rolling 24 hours that the cap counts. */
  sentInDay: number;
  sendingDays: number;
  waiting: number;
}

const stored = {
  ownerId: 'owner_id',
  kind: 'kind',
  fromName: 'from_name',
  address: 'address',
  smtpHost: 'smtp_host',
  smtpPort: 'smtp_port',
  smtpSecurity: 'smtp_security',
  smtpUser: 'smtp_user',
  smtpSecret: 'smtp_secret',
  dkimDomain: 'dkim_domain',
  dkimSelector: 'dkim_selector',
  dkimSecret: 'dkim_secret',
  cap: 'cap',
  rampStart: 'ramp_start',
  rampStep: 'ramp_step',
  gapSeconds: 'gap_seconds',
  jitterSeconds: 'jitter_seconds',
  lanes: 'lanes',
  connections: 'connections',
} as const satisfies Record<keyof MailboxSettings, string>;
const names = Object.keys(stored) as (keyof MailboxSettings)[];

const sentInDay = `(select count(*) from sends s where s.mailbox_id = m.id and s.state in ('claimed', 'handing', 'sent', 'unknown')
   and s.counted_at > decorum.now() - interval '24 hours')`;
const waiting = `(select count(*) from sends s where s.mailbox_id = m.id and s.state = 'planned')`;

const columns = `m.id, ${names.map((name) => `m.${stored[name]} as "${name}"`).join(', ')},
  m.state, m.paused_because as "pausedBecause", m.authentication_failures as "authenticationFailures", m.next_send_at as "nextSendAt",
  m.created_at as "createdAt",
  ${sentInDay} as "sentInDay",
  (select count(*) from mailbox_days d where d.mailbox_id = m.id) as "sendingDays",
  ${waiting} as waiting`;

export const mailboxOrders = {
  address: { by: 'm.address', as: 'text' },
  name: { by: 'lower(m.from_name)', as: 'text' },
  state: { by: 'm.state', as: 'text' },
  sent: { by: sentInDay, as: 'bigint' },
  waiting: { by: waiting, as: 'bigint' },
} as const satisfies Orders<string>;

/** `after`: key and id of the last one of the page before. */
export async function listMailboxes(
  tx: Tx,
  filter: { search: string; sort: Sort<keyof typeof mailboxOrders> },
  page: { after: string[] | undefined; rows: number },
): Promise<Sorted<Mailbox>[]> {
  const { key, after, orderBy } = keyset(mailboxOrders, filter.sort, 'm.id', ['$2', '$3']);
  return tx.rows<Sorted<Mailbox>>(
    `select ${columns}, ${key} from mailboxes m
     where ($1 = '' or strpos(lower(m.address || ' ' || m.from_name), lower($1)) > 0) and ${after}
     ${orderBy} limit $4`,
    [filter.search, page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

/** `lock` until the transaction ends, so that a change is made to what was read. */
export async function findMailbox(tx: Tx, mailboxId: string, lock = false): Promise<Mailbox | undefined> {
  const [mailbox] = await tx.rows<Mailbox>(
    `select ${columns} from mailboxes m where m.id = $1 ${lock ? 'for no key update of m' : ''}`,
    [mailboxId],
  );
  return mailbox;
}

/** The new mailbox's id; undefined when the address is one already. */
export async function addMailbox(tx: Tx, mailbox: MailboxSettings): Promise<string | undefined> {
  const [added] = await tx.rows<{ id: string }>(
    `insert into mailboxes (tenant_id, ${names.map((name) => stored[name]).join(', ')})
     values (decorum.tenant(), ${names.map((_, index) => `$${index + 1}`).join(', ')})
     on conflict (tenant_id, address) do nothing returning id`,
    names.map((name) => mailbox[name]),
  );
  return added?.id;
}

export async function changeMailbox(tx: Tx, mailboxId: string, mailbox: MailboxSettings): Promise<void> {
  await tx.run(`update mailboxes set ${names.map((name, index) => `${stored[name]} = $${index + 2}`).join(', ')} where id = $1`, [
    mailboxId,
    ...names.map((name) => mailbox[name]),
  ]);
  await want(tx, [mailboxWork(tx.tenantId, mailboxId)]); // a wider cap or a shorter gap holds from now on
}

export async function pauseByHand(tx: Tx, mailboxId: string, byUser: string): Promise<void> {
  await pauseMailbox(tx, mailboxId, 'by_hand', byUser);
}

/** Goes on, whatever it was paused for: whoever resumes has looked at the cause. People kept their place, and the pause makes nobody late. */
export async function resumeMailbox(tx: Tx, mailboxId: string): Promise<void> {
  await tx.run(`update mailboxes set state = 'active', paused_because = null, authentication_failures = 0 where id = $1`, [
    mailboxId,
  ]);
  await tx.run(`delete from sending_stops where scope_id = $1 and kind = 'pause'`, [mailboxId]);
  await tx.run(
    `update sends set due_at = decorum.now(), expires_at = null
     where id in (select id from sends where mailbox_id = $1 and state = 'planned' and due_at < decorum.now() order by id for update)`,
    [mailboxId],
  );
  await want(tx, [mailboxWork(tx.tenantId, mailboxId)]);
}
