import { Command } from 'commander';
import { openDispatcherDatabase } from '../../db/dispatching.ts';
import { roleUrl } from '../../db/roles.ts';
import { processLog } from '../../providers/log.ts';
import { vault } from '../../providers/vault.ts';
import { createDispatcher } from '../../workers/dispatcher.ts';
import { openHistories } from '../../workers/histories.ts';
import { connectClient } from '../../workers/temporal.ts';
import { runningEnvironment } from './runningEnvironment.ts';

export const rebuildCommand = new Command('rebuild')
  .description('Starts every open workflow again from the record, after the loss of Temporal’s store; harmless at any time')
  .action(rebuild);

async function rebuild(): Promise<void> {
  const environment = runningEnvironment();
  const histories = openHistories({
    databaseUrl: roleUrl(environment.DATABASE_URL, 'decorum_app'),
    vault: vault(environment.keys.vaultKeys),
    codecKeys: environment.keys.codecKeys,
    onTrouble: (error) => console.error(error),
  });
  const client = await connectClient(environment, histories.ofClients);
  const db = openDispatcherDatabase(roleUrl(environment.DATABASE_URL, 'decorum_dispatcher'));
  try {
    const started = await createDispatcher({ client, db, log: processLog('rebuild', 'silent') }).rebuild();
    console.log(JSON.stringify({ started }));
  } finally {
    await Promise.all([db.close(), histories.close()]);
    await client.connection.close();
  }
}
