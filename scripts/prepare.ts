// Before a release runs: brings PostgreSQL to its schema, and makes Temporal's namespace where it is missing.
import { migrate } from '../db/migrate.ts';
import { readEnvironment } from '../providers/environment.ts';
import { connect } from '../workers/temporal.ts';
import { openNamespace } from './services/temporalNamespace.ts';

const environment = readEnvironment(process.env);
await migrate(environment.DATABASE_URL);
const connection = await connect(environment);
try {
  const made = await openNamespace(connection, environment.TEMPORAL_NAMESPACE, {}, AbortSignal.timeout(60_000));
  console.log(`The schema is current; the namespace ${environment.TEMPORAL_NAMESPACE} ${made ? 'was made' : 'is there'}.`);
} finally {
  await connection.close();
}
