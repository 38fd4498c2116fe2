import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { fileURLToPath } from 'node:url';
import { roleUrl } from '../db/roles.ts';
import { openDatabase } from '../db/transaction.ts';
import { reassignedInFile } from '../providers/reassigned/fileNumbers.ts';
import { clearanceSigner } from '../providers/clearanceSignature.ts';
import { readEnvironment } from '../providers/environment.ts';
import { processLog } from '../providers/log.ts';
import { openQueues } from '../providers/temporalQueues.ts';
import { createTemplates } from '../providers/templates.ts';
import { vault } from '../providers/vault.ts';
import { createApp } from './app.ts';
import { acceptInbound } from './inbound.ts';
import { startMailListener } from './mailListener.ts';
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
const app = createApp({
  ...inbound,
  acceptInbound: (delivery) => acceptInbound(inbound, delivery),
  vault: vault(keys.vaultKeys),
  webhookKey: keys.webhookKey,
  clearances: clearanceSigner(keys.clearanceSeeds),
  reassigned:
    environment.REASSIGNED_NUMBERS_FILE === undefined
      ? undefined
      : reassignedInFile(environment.REASSIGNED_NUMBERS_FILE, () => performance.now()),
  templates: createTemplates(),
  publicUrl: environment.PUBLIC_URL,
  now: () => new Date(),
  randomBytes,
  secureCookies: environment.NODE_ENV === 'production' || environment.PUBLIC_URL.startsWith('https:'),
  trustedProxies: proxiesOf(environment),
  catcherUrl: environment.CATCHER_URL?.replace(/\/$/, ''),
  consoleFolder: environment.CONSOLE_FOLDER ?? fileURLToPath(new URL('../web/dist', import.meta.url)),
  askQueue: queues.ask,
  usageDays: environment.USAGE_DAYS,
  // Of the UI's address only where it is counts: `npm start` hands over a page of it, a deployment its door.
  temporalUi:
    environment.TEMPORAL_UI_URL &&
    new URL(`/namespaces/${environment.TEMPORAL_NAMESPACE}/workflows/`, environment.TEMPORAL_UI_URL).href,
});

const server = (tls ? createTlsServer(tls, app) : createServer(app)).listen(environment.API_PORT, environment.API_HOST);
try {
  await once(server, 'listening'); // rejects when the server cannot listen
  log.info({ address: server.address() }, 'the API answers');
  const listener = await startMailListener(inbound, environment);
  if (listener) log.info({ port: listener.port, domain: environment.INBOUND_DOMAIN }, 'mail is taken in');
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  // Requests that are being answered end; idle connections would keep the process for minutes.
  server.close();
  server.closeIdleConnections();
  await Promise.all([once(server, 'close'), listener?.stop()]);
} catch (error) {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  const name = port === environment.API_PORT ? 'API_PORT' : 'INBOUND_SMTP_PORT';
  log.fatal(code === 'EADDRINUSE' ? `Port ${port} is taken: set ${name} to another one.` : message);
  process.exitCode = 1;
  server.close();
} finally {
  await Promise.all([db.close(), stops.close(), queues.close()]);
}
