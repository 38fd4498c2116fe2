import { z } from 'zod';
import {
  addMailbox,
  changeMailbox,
  findMailbox,
  listMailboxes,
  mailboxOrders,
  type Mailbox,
  type MailboxSettings,
  pauseByHand,
  resumeMailbox,
} from '../../db/mailboxes.ts';
import type { Tx } from '../../db/transaction.ts';
import { findUser } from '../../db/users.ts';
import { DkimRefused, type DkimKey, dkimRecord, loadDkimKey, verifyTestSignature } from '../../providers/mail/dkim.ts';
import type { Vault } from '../../providers/vault.ts';
import type { Dependencies } from '../dependencies.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging, sortedBy } from '../paging.ts';
import { Problem } from '../problem.ts';
import { isAllowed } from '../roles.ts';
import { type Who, route } from '../route.ts';
import { Domain, EmailAddress, Id, Instant, Nothing, SenderName } from '../shapes.ts';

const HARD_TOP = 100;

const Pacing = {
  cap: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .meta({ description: 'Messages in a rolling 24 hours; null, for a relay only: no cap.' }),
  rampStart: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .meta({ description: 'Allowance of the first sending day; null, for a relay only: no ramp.' }),
  rampStep: z.int().min(0).max(1_000_000),
  gapSeconds: z.int().min(0).max(86_400),
  jitterSeconds: z.int().min(0).max(86_400),
  lanes: z.int().min(1).max(8),
  connections: z.int().min(1).max(50),
};
const Smtp = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[^\s\p{Cc}]+$/u, 'A host is one word.')
    .meta({ pattern: String.raw`^\S+$` }),
  port: z.int().min(1).max(65_535),
  security: z.enum(['none', 'starttls', 'tls']),
  user: z.string().min(1).max(320).nullable().default(null),
  password: z.string().min(1).max(1000).optional().meta({ description: 'Kept encrypted (P5), never shown again.' }),
});
const Dkim = z.strictObject({
  domain: Domain,
  selector: z.string().min(1).max(63),
  privateKey: z
    .string()
    .max(20_000)
    .meta({ description: 'PEM. Kept encrypted (P5), never shown again; a test signature is verified at once.' }),
});
const Settings = z.strictObject({
  ownerId: Id.optional().meta({ description: 'Absent: whoever asks.' }),
  fromName: SenderName,
  address: EmailAddress,
  smtp: Smtp,
  dkim: Dkim,
});

const MailboxReply = z
  .object({
    id: Id,
    ownerId: Id,
    kind: z.enum(['rep', 'relay']),
    fromName: z.string(),
    address: z.string(),
    smtp: z.object({
      host: z.string(),
      port: z.int(),
      security: z.enum(['none', 'starttls', 'tls']),
      user: z.string().nullable(),
      passwordSet: z.boolean(),
    }),
    dkim: z.object({ domain: z.string(), selector: z.string(), keySet: z.literal(true), record: z.string() }).meta({
      description: '`record` is the TXT record to publish at `<selector>._domainkey.<domain>`.',
    }),
    ...Pacing,
    state: z.enum(['active', 'paused']),
    pausedBecause: z.enum(['authentication', 'policy', 'bounce_rate', 'complaint_rate', 'by_hand']).nullable(),
    authenticationFailures: z.int(),
    nextSendAt: Instant.nullable(),
    createdAt: Instant,
    sentInDay: z.int(),
    sendingDays: z.int(),
    waiting: z.int(),
  })
  .meta({ id: 'Mailbox' });

const params = z.object({ mailboxId: Id });
/** What the list of mailboxes, and the file of it, can be asked for. */
export const mailboxFilters = { search: z.string().max(200).default(''), sort: sortedBy(mailboxOrders, 'address') };

const list = route({
  method: 'get',
  path: '/mailboxes',
  action: 'mailboxes.read',
  tag: 'Mailboxes',
  summary: 'Mailboxes, by address or as asked',
  query: Paging.extend(mailboxFilters),
  reply: { status: 200, schema: pageOf(MailboxReply) },
  async handle({ who, db, deps, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const mailboxes = await db.inTenant(who.tenantId, (tx) => listMailboxes(tx, query, page));
    const { items, next } = cutPage(mailboxes, query.limit, keysOf);
    return { items: items.map((mailbox) => shown(mailbox, who, deps.vault)), next };
  },
});

const create = route({
  method: 'post',
  path: '/mailboxes',
  action: 'mailboxes.write',
  tag: 'Mailboxes',
  summary: "Add a rep's mailbox, or (operator, owner) a relay",
  body: z.discriminatedUnion('kind', [
    Settings.extend({
      kind: z.literal('rep'),
      cap: z.int().min(1).max(HARD_TOP).default(40),
      rampStart: z.int().min(1).max(HARD_TOP).default(5),
      rampStep: Pacing.rampStep.default(2),
      gapSeconds: Pacing.gapSeconds.default(90),
      jitterSeconds: Pacing.jitterSeconds.default(180),
    }),
    Settings.extend({
      kind: z.literal('relay'),
      cap: Pacing.cap.default(null),
      rampStart: Pacing.rampStart.default(null),
      rampStep: Pacing.rampStep.default(2),
      gapSeconds: Pacing.gapSeconds.default(0),
      jitterSeconds: Pacing.jitterSeconds.default(0),
      lanes: Pacing.lanes.default(1),
      connections: Pacing.connections.default(5),
    }),
  ]),
  reply: { status: 201, schema: MailboxReply },
  errors: ['already-exists'],
  async handle({ who, db, deps, body }) {
    const { smtp, dkim, ownerId, ...rest } = body;
    if (smtp.user !== null && smtp.password === undefined) throw invalid('/smtp/password', 'A user needs a password.');
    refuseInside(deps, smtp.host);
    await signable(body.address, dkim);
    const settings: MailboxSettings = {
      lanes: 1,
      connections: 1,
      ...rest,
      ownerId: ownerId ?? who.userId,
      ...smtpColumns(smtp),
      smtpSecret: smtp.password === undefined ? null : sealed(deps.vault, who, 'smtp_secret', smtp.password),
      dkimDomain: dkim.domain,
      dkimSelector: dkim.selector,
      dkimSecret: sealed(deps.vault, who, 'dkim_secret', dkim.privateKey),
    };
    refuseOthers(who, settings);
    return db.inTenant(who.tenantId, async (tx) => {
      if (!(await findUser(tx, settings.ownerId))) throw invalid('/ownerId', 'There is no such user in this workspace.');
      const id = await addMailbox(tx, settings);
      if (id === undefined) throw new Problem('already-exists', 'There is a mailbox with this address already.');
      return shown(await found(tx, id), who, deps.vault);
    });
  },
});

const read = route({
  method: 'get',
  path: '/mailboxes/{mailboxId}',
  action: 'mailboxes.read',
  tag: 'Mailboxes',
  summary: 'One mailbox',
  params,
  reply: { status: 200, schema: MailboxReply },
  handle: ({ who, db, deps, params }) =>
    db.inTenant(who.tenantId, async (tx) => shown(await found(tx, params.mailboxId), who, deps.vault)),
});

const change = route({
  method: 'patch',
  path: '/mailboxes/{mailboxId}',
  action: 'mailboxes.write',
  tag: 'Mailboxes',
  summary: 'Change a mailbox; a secret that is left out stays',
  params,
  body: z.strictObject({ fromName: Settings.shape.fromName, smtp: Smtp, dkim: Dkim, ...Pacing }).partial(),
  reply: { status: 200, schema: MailboxReply },
  async handle({ who, db, deps, params, body }) {
    const { smtp, dkim, ...pacing } = body;
    return db.inTenant(who.tenantId, async (tx) => {
      const before = await found(tx, params.mailboxId, true);
      refuseOthers(who, before);
      if (before.kind === 'rep') refuseBeyondRep(body);
      if (smtp) refuseInside(deps, smtp.host);
      if (dkim) await signable(before.address, dkim);
      const kept = smtp?.user === null ? null : before.smtpSecret; // without a user there is nobody to have a password
      const settings: MailboxSettings = {
        ...before,
        ...(Object.fromEntries(Object.entries(pacing).filter(([, value]) => value !== undefined)) as Partial<MailboxSettings>),
        ...(smtp && smtpColumns(smtp)),
        smtpSecret: smtp?.password === undefined ? kept : sealed(deps.vault, who, 'smtp_secret', smtp.password),
        ...(dkim && {
          dkimDomain: dkim.domain,
          dkimSelector: dkim.selector,
          dkimSecret: sealed(deps.vault, who, 'dkim_secret', dkim.privateKey),
        }),
      };
      if (settings.smtpUser !== null && settings.smtpSecret === null) throw invalid('/smtp/password', 'A user needs a password.');
      await changeMailbox(tx, params.mailboxId, settings);
      return shown(await found(tx, params.mailboxId), who, deps.vault);
    });
  },
});

const pause = route({
  method: 'post',
  path: '/mailboxes/{mailboxId}/pause',
  action: 'mailboxes.write',
  tag: 'Mailboxes',
  summary: 'Nothing more begins over this mailbox; people keep their place',
  params,
  reply: { status: 204, schema: Nothing },
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      refuseOthers(who, await found(tx, params.mailboxId, true));
      await pauseByHand(tx, params.mailboxId, who.userId);
      return undefined;
    }),
});

const resume = route({
  method: 'post',
  path: '/mailboxes/{mailboxId}/resume',
  action: 'mailboxes.write',
  tag: 'Mailboxes',
  summary: 'Go on sending over this mailbox',
  params,
  reply: { status: 204, schema: Nothing },
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      refuseOthers(who, await found(tx, params.mailboxId, true));
      await resumeMailbox(tx, params.mailboxId);
      return undefined;
    }),
});

export const mailboxRoutes = [list, create, read, change, pause, resume];

async function found(tx: Tx, mailboxId: string, lock = false): Promise<Mailbox> {
  const mailbox = await findMailbox(tx, mailboxId, lock);
  if (!mailbox) throw new Problem('not-found', 'There is no such mailbox in this workspace.');
  return mailbox;
}

/** A rep has mailboxes of their own and no others; a relay belongs to whoever answers for the machine. */
function refuseOthers(who: Who, { kind, ownerId }: Pick<MailboxSettings, 'kind' | 'ownerId'>): void {
  if (kind === 'relay' && !isAllowed(who.role, 'mailboxes.relay'))
    throw new Problem('forbidden', 'A relay is for an operator or an owner to set up.');
  if (who.role === 'rep' && ownerId !== who.userId) throw new Problem('forbidden', "This is another user's mailbox.");
}

function refuseBeyondRep({
  cap,
  rampStart,
  lanes,
  connections,
}: {
  cap?: number | null | undefined;
  rampStart?: number | null | undefined;
  lanes?: number | undefined;
  connections?: number | undefined;
}): void {
  if (cap === null || (cap ?? 0) > HARD_TOP) throw invalid('/cap', `A rep's mailbox sends ${HARD_TOP} a day at the most.`);
  if (rampStart === null) throw invalid('/rampStart', "A rep's mailbox always begins slowly.");
  if ((lanes ?? 1) > 1 || (connections ?? 1) > 1) throw invalid('/lanes', "A rep's mailbox has one connection.");
}

function smtpColumns({
  host,
  port,
  security,
  user,
}: z.output<typeof Smtp>): Pick<MailboxSettings, 'smtpHost' | 'smtpPort' | 'smtpSecurity' | 'smtpUser'> {
  return { smtpHost: host, smtpPort: port, smtpSecurity: security, smtpUser: user };
}

type Secret = 'smtp_secret' | 'dkim_secret';

function sealed(vault: Vault, { tenantId }: Who, column: Secret, secret: string): string {
  return vault.encrypt(secret, { tenantId, column: `mailboxes.${column}` });
}

/** What a name is resolved to is looked at whenever it is connected to: today's answer says nothing about tomorrow's. */
function refuseInside({ outbound }: Dependencies, host: string): void {
  const refusal = outbound.refusalOf(host);
  if (refusal !== null) throw invalid('/smtp/host', refusal);
}

/** The key signs and its signature verifies, in the name of the sender's domain: else receivers would see no alignment (RFC 7489, 3.1). */
async function signable(address: string, dkim: z.output<typeof Dkim>): Promise<void> {
  const host = address.slice(address.indexOf('@') + 1);
  if (host !== dkim.domain && !host.endsWith(`.${dkim.domain}`)) {
    throw invalid('/dkim/domain', `A signature of ${dkim.domain} says nothing about mail from ${host}.`);
  }
  const test = await verifyTestSignature(loaded(dkim));
  if (!test.verified) throw invalid('/dkim/privateKey', test.reason);
}

function loaded({ domain, selector, privateKey }: { domain: string; selector: string; privateKey: string }): DkimKey {
  try {
    return loadDkimKey({ domain, selector, privateKeyPem: privateKey });
  } catch (error) {
    if (error instanceof DkimRefused) throw invalid('/dkim/privateKey', error.message);
    throw error;
  }
}

function invalid(pointer: string, message: string): Problem {
  return new Problem('invalid-request', `${pointer}: ${message}`, { errors: [{ pointer, message }] });
}

/** What may be seen of a mailbox: that the secrets are set, and the public half of the key. */
function shown(mailbox: Mailbox, { tenantId }: Who, vault: Vault): z.input<typeof MailboxReply> {
  const privateKey = vault.decrypt(mailbox.dkimSecret, { tenantId, column: 'mailboxes.dkim_secret' }).toString();
  const key = loaded({ domain: mailbox.dkimDomain, selector: mailbox.dkimSelector, privateKey });
  return {
    ...mailbox,
    smtp: {
      host: mailbox.smtpHost,
      port: mailbox.smtpPort,
      security: mailbox.smtpSecurity,
      user: mailbox.smtpUser,
      passwordSet: mailbox.smtpSecret !== null,
    },
    dkim: { domain: mailbox.dkimDomain, selector: mailbox.dkimSelector, keySet: true, record: dkimRecord(key) },
  };
}
