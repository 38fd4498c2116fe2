import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../db/migrate.ts';
import { startPostgres } from '../../scripts/services/postgres.ts';
import { temporalCli, testServerBinary } from '../../scripts/services/temporalBinaries.ts';
import { temporaryFolder } from '../../scripts/services/temporaryFolder.ts';
import { TEMPLATE } from './database.ts';
import { servers } from './servers.ts';
import { workflowBundle } from './workflowBundle.ts';

const log = (line: string): void => void process.stderr.write(`${line}\n`);

/** Starts what the tests share: one PostgreSQL with a migrated template, Temporal's programs, the workflows bundled once. */
export default async function globalSetup(): Promise<void> {
  const folder = temporaryFolder();
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), fast: true, log });
  servers.stop = async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    process.env.DECORUM_TEST_PG = postgres.url;
    process.env.DECORUM_TEMPORAL_CLI = await temporalCli(log);
    process.env.DECORUM_TEST_SERVER = await testServerBinary(log);
    process.env.DECORUM_WORKFLOW_BUNDLE = await workflowBundle();
    await makeTemplate(postgres.url);
  } catch (error) {
    await servers.stop(); // Jest calls no teardown after a failed setup
    throw error;
  }
}

async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create database ${TEMPLATE}`);
    await migrate(url.replace(/[^/]+$/, TEMPLATE));
    await client.query(`alter database ${TEMPLATE} with is_template true allow_connections false`);
  } finally {
    await client.end();
  }
}
