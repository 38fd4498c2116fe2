import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { roleUrl } from '../../db/roles.ts';

export const TEMPLATE = 'decorum_template';

export interface TestDatabase {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly auditorUrl: string;
  readonly billingUrl: string;
  readonly dispatcherUrl: string;
  readonly watcherUrl: string;
  drop(): Promise<void>;
}

/** An own, migrated, empty database: a copy of the template, in a tenth of a second. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env.DECORUM_TEST_PG;
  if (!server) throw new Error('DECORUM_TEST_PG is unset: run the tests through Jest, whose global setup starts PostgreSQL.');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name} template ${TEMPLATE}`);
  const ownerUrl = server.replace(/[^/]+$/, name);
  return {
    ownerUrl,
    appUrl: roleUrl(ownerUrl, 'decorum_app'),
    auditorUrl: roleUrl(ownerUrl, 'decorum_auditor'),
    billingUrl: roleUrl(ownerUrl, 'decorum_billing'),
    dispatcherUrl: roleUrl(ownerUrl, 'decorum_dispatcher'),
    watcherUrl: roleUrl(ownerUrl, 'decorum_watcher'),
    drop: () => run(server, `drop database ${name} with (force)`),
  };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
