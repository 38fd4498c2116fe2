import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { type PlatformKeys, platformKeys } from './keys.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const networks = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
  .refine(
    (list) => list.every((network) => z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(network).success),
    'addresses or networks (10.1.0.0/16), separated by commas',
  );

/** The whole configuration of every process. Nothing else reads the environment. */
const Environment = z.object({
  /** Of the owner of the tables; the product's own roles are derived from it (db/roles.ts). */
  DATABASE_URL: z.url(),
  /** Of the Temporal server; a local one is meant when nothing is said. */
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  /** A namespace of its own, with 30 days of retention (scripts/prepare.ts makes it). */
  TEMPORAL_NAMESPACE: z.string().min(1).default('decorum'),
  /** Of Temporal Cloud; with it the connection is TLS. */
  TEMPORAL_API_KEY: z.string().optional(),
  /** Where "open in Temporal" leads. */
  TEMPORAL_UI_URL: z.url().optional(),
  /** 32 random bytes or more in base64url; several, separated by commas, newest first; one behind `next:` only reads (docs/operations.md). */
  DECORUM_SECRET: z.string().optional(),
  /** The same in a file of mode 600. */
  DECORUM_SECRET_FILE: z.string().optional(),
  /** What unsubscribe links begin with: one-click wants https of everybody but this machine itself (RFC 8058, 3.1). */
  PUBLIC_URL: z
    .url()
    .regex(/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1)(?:[:/]|$))/, 'links in e-mails must begin with https://')
    .default('http://127.0.0.1:3000'),
  /** Where the API listens: this machine only, unless said otherwise. */
  API_HOST: z.string().default('127.0.0.1'),
  /** Of the API, the console and the unsubscribe links. */
  API_PORT: port.default(3000),
  /** Domain of the addresses to which replies and bounces come. */
  INBOUND_DOMAIN: z.string().min(1).default('inbound.localhost'),
  /** The operator's mailbox, over which the product writes to its users: `smtps://user:password@host` or `smtp://…` (STARTTLS). */
  SYSTEM_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** The sender of what the product writes to its users. */
  SYSTEM_MAIL_FROM: z.email().optional(),
  /** Who runs the installation: gets every alarm of the auditor, and hears when it falls silent. */
  ALARM_MAIL_TO: z.email().optional(),
  /** Private addresses or networks that mailboxes and REGISTRY_URL may lead to all the same, separated by commas; else none inside (providers/outboundGuard.ts). */
  OUTBOUND_ALLOWED: networks,
  /** Port of metrics and health of the API; absent: none. They are for this machine, or a network that is named. */
  API_METRICS_PORT: port.optional(),
  /** The same of a worker. */
  WORKER_METRICS_PORT: port.optional(),
  /** Where both listen. */
  METRICS_HOST: z.string().default('127.0.0.1'),
  /** Port of the auditor's own metrics, on this machine only; absent: none. */
  AUDITOR_METRICS_PORT: port.optional(),
  /** The API terminates TLS itself with these … */
  TLS_CERT_FILE: z.string().optional(),
  /** The key of TLS_CERT_FILE. */
  TLS_KEY_FILE: z.string().optional(),
  /** … or stands behind proxies at these addresses or networks, separated by commas, whose X-Forwarded headers it believes. */
  TRUSTED_PROXIES: z.string().optional(),
  /** Port of the inbound SMTP listener; absent: none in this process. */
  INBOUND_SMTP_PORT: port.optional(),
  /** Where downloads of do-not-call registries are laid: a folder for each workspace, named by its id (docs/operations.md). */
  REGISTRY_FOLDER: z.string().optional(),
  /** An index of downloads, or one file, to be fetched into those folders; `{workspace}` in it stands for the workspace's id. */
  REGISTRY_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Reassigned telephone numbers, a line `number,day of disconnection` each, asked before a call is cleared. */
  REASSIGNED_NUMBERS_FILE: z.string().optional(),
  /** Where backups are written, on another disk or machine than the database; absent: none are made (docs/operations.md). */
  BACKUP_FOLDER: z.string().optional(),
  /** Instead of a folder a bucket of an S3-compatible store, in path style: `https://s3.example.com/bucket/folder`. */
  BACKUP_S3_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Of the bucket, as its provider names it. */
  BACKUP_S3_REGION: z.string().min(1).default('us-east-1'),
  /** The access key's id. */
  BACKUP_S3_KEY_ID: z.string().optional(),
  /** The access key's secret. */
  BACKUP_S3_SECRET: z.string().optional(),
  /** The file of erasures that a restore replays, never on the database's disk; absent: in the folder of the backups. */
  BACKUP_LEDGER: z.string().optional(),
  /** A backup is destroyed when it is so old. With a run a day nothing is older than a day more, and nothing may be older than 30. */
  BACKUP_KEEP_DAYS: z.coerce.number().int().min(1).max(29).default(28),
  /** Of the mail catcher of `npm start`; absent where mail really leaves. */
  CATCHER_URL: z.url().optional(),
  /** Folder of the built console. */
  CONSOLE_FOLDER: z.string().optional(),
  /** The workflows bundled beforehand; absent: a worker bundles them when it starts. */
  WORKFLOW_BUNDLE: z.string().optional(),
  /** Of the fault points, in fault runs only (workers/faults.ts). */
  DECORUM_FAULT_FOLDER: z.string().optional(),
  /** For how long usage data (pages and features used, with network address and browser) is kept. */
  USAGE_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  /** Least level of what is logged. */
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** `production` refuses to start without TLS or a named proxy, and makes cookies Secure. */
  NODE_ENV: z.string().default('development'),
});

export type Environment = z.output<typeof Environment> & { keys: PlatformKeys };

/** Reads and checks the environment; throws one line that names what is missing or wrong. */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const read = Environment.safeParse(Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(`The environment variable ${issue?.path.join('.')} is wrong: ${issue?.message}`);
  }
  if (read.data.REGISTRY_URL !== undefined && read.data.REGISTRY_FOLDER === undefined)
    throw new Error('The environment variable REGISTRY_URL needs REGISTRY_FOLDER: what is fetched is kept there.');
  const { DECORUM_SECRET: secret, DECORUM_SECRET_FILE: file } = read.data;
  if (!secret && !file) throw new Error('Set DECORUM_SECRET or DECORUM_SECRET_FILE to 32 random bytes in base64url.');
  const secrets = (secret ?? readSecretFile(file ?? '')).split(/[\s,]+/).filter((part) => part !== '');
  return { ...read.data, keys: platformKeys(secrets) };
}

/** Whoever reads the file has every credential of every tenant: it is its owner's alone, or nothing starts. */
function readSecretFile(file: string): string {
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw new Error(`The file of DECORUM_SECRET_FILE can be read by others (mode ${mode.toString(8)}): chmod 600 ${file}`);
  return readFileSync(file, 'utf8');
}
