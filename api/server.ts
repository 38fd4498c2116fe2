import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { roleUrl } from '../db/roles.ts';
import { tenantKeyStore } from '../db/tenantKeys.ts';
import { openDatabase } from '../db/transaction.ts';
import { reassignedInFile } from '../providers/reassigned/fileNumbers.ts';
import { clearanceSigner } from '../providers/clearanceSignature.ts';
import { keyring } from '../providers/codec/keyring.ts';
import { readEnvironment } from '../providers/environment.ts';
import { processLog } from '../providers/log.ts';
import { metricsServer, processMetrics } from '../providers/metrics.ts';
import { outboundGuard } from '../providers/outboundGuard.ts';
import { openQueues } from '../providers/temporalQueues.ts';
import { createTemplates } from '../providers/templates.ts';
import { vault } from '../providers/vault.ts';
import { createApp } from './app.ts';
import { acceptInbound } from './inbound.ts';
import { whatLacks } from './health.ts';
import { startMailListener } from './mailListener.ts';
import { headsLookedAt, patient } from './patience.ts';
import { closeGracefully } from './shutdown.ts';
import { proxiesOf, tlsOf } from './tls.ts';

const environment = readEnvironment(process.env);
const { keys } = environment;
const log = processLog('api', environment.LOG_LEVEL);
const tls = tlsOf(environment);
const open = (max: number) =>
  openDatabase({
    url: roleUrl(environment.DATABASE_URL, 'decorum_app'),
    max,
    onError: (error) => log.warn({ err: error }, 'an idle database connection was lost'),
  });
const db = open(20);
const stops = open(10);
const queues = openQueues(environment, () => new Date());

const inbound = { db, stops, linkKeys: keys.linkKeys, addressKey: keys.addressKey, log };
const metrics = environment.API_METRICS_PORT === undefined ? undefined : processMetrics('api');
let isStopping = false;

const secrets = vault(keys.vaultKeys);
const app = createApp({
  ...inbound,
  acceptInbound: (delivery) => acceptInbound(inbound, delivery),
  vault: secrets,
  histories: keyring({
    store: tenantKeyStore(db),
    vault: secrets,
    platformKeys: keys.codecKeys,
    monotonicMs: () => performance.now(),
    randomBytes,
  }),
  webhookKey: keys.webhookKey,
  clearances: clearanceSigner(keys.clearanceSeeds),
  certificates: clearanceSigner(keys.certificateSeeds),
  reassigned:
    environment.REASSIGNED_NUMBERS_FILE === undefined
      ? undefined
      : reassignedInFile(environment.REASSIGNED_NUMBERS_FILE, () => performance.now()),
  outbound: outboundGuard(environment.OUTBOUND_ALLOWED),
  templates: createTemplates(),
  publicUrl: environment.PUBLIC_URL,
  now: () => new Date(),
  randomBytes,
  secureCookies: environment.NODE_ENV === 'production' || environment.PUBLIC_URL.startsWith('https:'),
  trustedProxies: proxiesOf(environment),
  catcherUrl: environment.CATCHER_URL?.replace(/\/$/, ''),
  consoleFolder: environment.CONSOLE_FOLDER ?? fileURLToPath(new URL('../web/dist', import.meta.url)),
  askQueue: queues.ask,
  metrics,
  isStopping: () => isStopping,
  usageDays: environment.USAGE_DAYS,
  // Of the UI's address only where it is counts: `npm start` hands over a page of it, a deployment its door.
  temporalUi:
    environment.TEMPORAL_UI_URL &&
    new URL(`/namespaces/${environment.TEMPORAL_NAMESPACE}/workflows/`, environment.TEMPORAL_UI_URL).href,
});

/** A supervisor kills after half a minute or so. */
const graceMs = 20_000;

const server = patient(tls ? createTlsServer({ ...headsLookedAt, ...tls }, app) : createServer(headsLookedAt, app)).listen(
  environment.API_PORT,
  environment.API_HOST,
);
const inside = metrics && metricsServer(metrics, () => whatLacks({ db, stops, isStopping: () => isStopping }));
try {
  await once(server, 'listening'); // rejects when the server cannot listen
  log.info({ port: (server.address() as AddressInfo).port }, 'the API answers');
  if (inside) await once(inside.listen(environment.API_METRICS_PORT, environment.METRICS_HOST), 'listening');
  const listener = await startMailListener(inbound, environment);
  if (listener) log.info({ port: listener.port, domain: environment.INBOUND_DOMAIN }, 'mail is taken in');
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  isStopping = true;
  await Promise.all([closeGracefully(server, graceMs), listener?.stop()]);
  log.info('the API has answered everything and ends');
} catch (error) {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  const names = ['API_PORT', 'INBOUND_SMTP_PORT', 'API_METRICS_PORT'] as const;
  const name = names.find((name) => environment[name] === port) ?? 'another port';
  log.fatal(code === 'EADDRINUSE' ? `Port ${port} is taken: set ${name} to another one.` : message);
  process.exitCode = 1;
  server.close();
} finally {
  inside?.close();
  await Promise.all([db.close(), stops.close(), queues.close()]);
}
