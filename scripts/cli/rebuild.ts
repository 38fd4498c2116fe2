import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { openDispatcherDatabase } from '../../db/dispatching.ts';
import { roleUrl } from '../../db/roles.ts';
import { readEnvironment } from '../../providers/environment.ts';
import { processLog } from '../../providers/log.ts';
import { createDispatcher } from '../../workers/dispatcher.ts';
import { connectClient } from '../../workers/temporal.ts';
import { dataFolder, environmentFile } from '../start/settings.ts';

export const rebuildCommand = new Command('rebuild')
  .description('Starts every open workflow again from the record, after the loss of Temporal’s store; harmless at any time')
  .action(rebuild);

/** Asks the environment, or what a running `npm start` of this folder has written down. */
async function rebuild(): Promise<void> {
  const running = join(dataFolder(process.env), environmentFile);
  const written = existsSync(running) ? (JSON.parse(readFileSync(running, 'utf8')) as NodeJS.ProcessEnv) : {};
  const environment = readEnvironment({ ...written, ...process.env });
  const client = await connectClient(environment);
  const db = openDispatcherDatabase(roleUrl(environment.DATABASE_URL, 'decorum_dispatcher'));
  try {
    const started = await createDispatcher({ client, db, log: processLog('rebuild', 'silent') }).rebuild();
    console.log(JSON.stringify({ started }));
  } finally {
    await db.close();
    await client.connection.close();
  }
}
