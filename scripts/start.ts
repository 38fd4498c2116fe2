import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { migrate } from '../db/migrate.ts';
import { connect } from '../workers/temporal.ts';
import { openWorkspace } from './demo/demo.ts';
import { playDemo } from './demo/recipients.ts';
import { startCatcher } from './services/catcher.ts';
import { requireFree } from './services/ports.ts';
import { type Postgres, startPostgres } from './services/postgres.ts';
import { startTemporal, type TemporalServer } from './services/temporal.ts';
import { openNamespace } from './services/temporalNamespace.ts';
import { buildConsole } from './start/console.ts';
import { type Kept, keepRunning, startScript } from './start/keepRunning.ts';
import { environmentFile, readSettings } from './start/settings.ts';

const root = join(import.meta.dirname, '..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Brings the whole product up on this machine, keeps it up, and stops everything in the reverse order when told to. */
async function start({ demo }: { demo: boolean }): Promise<void> {
  const settings = readSettings(process.env);
  const kept: Kept[] = [];
  let stopping: Promise<void> | undefined;
  /** Told twice it stops once: a Ctrl-C comes from the terminal and from npm. */
  const stopAll = (): Promise<void> => (stopping ??= stopParts());
  async function stopParts(): Promise<void> {
    say('Stopping …');
    for (const part of kept.reverse()) await part.stop();
    say('Stopped. Everything goes on where it is with the next `npm start`.');
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void stopAll().then(() => process.exit(0)));
  }

  try {
    await requireFree(settings.DECORUM_API_PORT, 'DECORUM_API_PORT');
    await requireFree(settings.DECORUM_CATCHER_SMTP_PORT, 'DECORUM_CATCHER_SMTP_PORT');
    await requireFree(settings.DECORUM_CATCHER_PORT, 'DECORUM_CATCHER_PORT');
    await requireFree(settings.DECORUM_INBOUND_PORT, 'DECORUM_INBOUND_PORT');

    const databaseUrl = settings.DATABASE_URL ?? (await keepPostgres());
    say('Applying the migrations …');
    await migrate(databaseUrl);
    const { address, uiUrl } = settings.TEMPORAL_ADDRESS
      ? await foreignTemporal(settings.TEMPORAL_ADDRESS)
      : await keepTemporal();

    say('Starting the mail catcher …');
    const catcher = await startCatcher({
      smtpPort: settings.DECORUM_CATCHER_SMTP_PORT,
      httpPort: settings.DECORUM_CATCHER_PORT,
      dir: join(settings.dataDir, 'caught'),
    });
    kept.push(catcher);

    say('Building the console (only when it has changed) …');
    const consoleFolder = await buildConsole(root);
    const environment = {
      ...process.env,
      NODE_ENV: 'development', // the build of the console has set it to production, where nothing starts without TLS
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: settings.TEMPORAL_NAMESPACE,
      ...(uiUrl ? { TEMPORAL_UI_URL: uiUrl } : {}),
      DECORUM_SECRET_FILE: settings.secretFile,
      BACKUP_FOLDER: process.env.BACKUP_FOLDER ?? join(settings.dataDir, 'backups'),
      PUBLIC_URL: `http://127.0.0.1:${settings.DECORUM_API_PORT}`,
      API_PORT: String(settings.DECORUM_API_PORT),
      INBOUND_SMTP_PORT: String(settings.DECORUM_INBOUND_PORT),
      SYSTEM_SMTP_URL: `smtp://127.0.0.1:${catcher.smtpPort}`,
      SYSTEM_MAIL_FROM: 'decorum@system.example',
      OUTBOUND_ALLOWED: process.env.OUTBOUND_ALLOWED ?? '127.0.0.0/8,::1', // the catcher
      CATCHER_URL: `http://127.0.0.1:${catcher.httpPort}`,
      CONSOLE_FOLDER: consoleFolder,
    };
    const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, DECORUM_SECRET_FILE, BACKUP_FOLDER } = environment;
    const written = join(settings.dataDir, environmentFile);
    writeFileSync(
      written,
      JSON.stringify({ DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, DECORUM_SECRET_FILE, BACKUP_FOLDER }),
      { mode: 0o600 },
    );
    say('Starting API, workers and auditor …');
    const processes = [
      ['The API', 'api/server.ts'],
      ['The worker', 'workers/main.ts'],
      ['The auditor', 'workers/auditor.ts'],
    ] as const;
    for (const [name, script] of processes) {
      const logFile = join(settings.dataDir, `${name.slice(4).toLowerCase()}.log`);
      kept.push(await keepRunning(name, () => startScript(script, environment, root, logFile), say));
    }
    await answers(`${environment.PUBLIC_URL}/v1/openapi.json`);

    const world = {
      databaseUrl,
      secretFile: settings.secretFile,
      dataDir: settings.dataDir,
      smtpPort: catcher.smtpPort,
      publicUrl: environment.PUBLIC_URL,
    };
    const workspace = await openWorkspace(world, { demo });
    say('');
    say(`Decorum runs.   Console    ${environment.PUBLIC_URL}`);
    say(`                API pages  ${environment.PUBLIC_URL}/docs`);
    if (uiUrl) say(`                Temporal   ${uiUrl}`);
    say(`                Mail       ${environment.PUBLIC_URL}/caught-mail (nothing leaves this machine)`);
    say(`Log in as       ${workspace.email}   password   ${workspace.password}`);
    say('Ctrl-C stops everything; the state is kept.');
    if (demo) await playDemo(world, workspace, say);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    await stopAll();
    process.exit(1);
  }

  async function keepPostgres(): Promise<string> {
    say('Starting PostgreSQL …');
    const options = {
      dataDir: join(settings.dataDir, 'postgres'),
      port: settings.DECORUM_POSTGRES_PORT,
      database: 'decorum',
      log: say,
    };
    let server: Postgres | undefined;
    kept.push(await keepRunning('PostgreSQL', async () => (server = await startPostgres(options)), say));
    if (!server) throw new Error('PostgreSQL did not start.');
    return server.url;
  }

  async function keepTemporal(): Promise<{ address: string; uiUrl: string | undefined }> {
    say('Starting Temporal …');
    const options = {
      dataDir: join(settings.dataDir, 'temporal'),
      port: settings.DECORUM_TEMPORAL_PORT,
      uiPort: settings.DECORUM_TEMPORAL_UI_PORT,
      // Its reader ticks "include cross-origin credentials" there, and is known by the session of the console.
      codecEndpoint: `http://127.0.0.1:${settings.DECORUM_API_PORT}/v1/histories`,
      namespace: settings.TEMPORAL_NAMESPACE,
      log: say,
    };
    let server: TemporalServer | undefined;
    kept.push(await keepRunning('Temporal', async () => (server = await startTemporal(options)), say));
    if (!server) throw new Error('Temporal did not start.');
    return { address: server.address, uiUrl: server.uiUrl };
  }

  async function foreignTemporal(address: string): Promise<{ address: string; uiUrl: undefined }> {
    const connection = await connect({ TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: process.env.TEMPORAL_API_KEY });
    await openNamespace(connection, settings.TEMPORAL_NAMESPACE, {}, AbortSignal.timeout(60_000));
    await connection.close();
    return { address, uiUrl: undefined };
  }
}

/** Waits until the address answers; gives up after a minute. */
async function answers(url: string): Promise<void> {
  const endsAt = performance.now() + 60_000;
  for (;;) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false, // not listening yet
    );
    if (isUp) return;
    if (performance.now() > endsAt)
      throw new Error(`Nothing answers at ${url} after a minute: look into api.log in the data folder.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const command = new Command('start')
  .description('Runs the whole product on this machine')
  .option('--demo', 'with a demo workspace whose clock runs fast and a sequence that is launched at once', false)
  .exitOverride();
try {
  command.parse();
} catch (error) {
  process.exit(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2);
}
await start(command.opts<{ demo: boolean }>());
