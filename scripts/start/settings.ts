import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const port = (otherwise: number) => z.coerce.number().int().min(1).max(65_535).default(otherwise);

const Settings = z.object({
  /** Everything that outlives a restart. */
  DECORUM_DATA: z.string().optional(),
  /** A PostgreSQL of one's own instead of the embedded one: the address of its owner. */
  DATABASE_URL: z.url().optional(),
  /** A Temporal of one's own instead of the development server. */
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('decorum'),
  DECORUM_API_PORT: port(3000),
  DECORUM_POSTGRES_PORT: port(5442),
  DECORUM_TEMPORAL_PORT: port(7243),
  DECORUM_TEMPORAL_UI_PORT: port(8243),
  DECORUM_CATCHER_SMTP_PORT: port(2525),
  DECORUM_CATCHER_PORT: port(8025),
  DECORUM_INBOUND_PORT: port(2526),
});

/** What a running product was started with, for commands beside it; mode 600, in the data folder. */
export const environmentFile = 'environment.json';

export function dataFolder({ DECORUM_DATA }: NodeJS.ProcessEnv): string {
  return resolve(join(import.meta.dirname, '../..'), DECORUM_DATA ?? '.decorum/data');
}

export interface Settings extends z.output<typeof Settings> {
  dataDir: string;
  secretFile: string;
}

/** What `npm start` runs with; throws one line that names a wrong variable. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  const read = Settings.safeParse(variables);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(`The environment variable ${issue?.path.join('.')} is wrong: ${issue?.message}`);
  }
  const dataDir = dataFolder(variables);
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  const secretFile = join(dataDir, 'secret');
  // Made once and kept: links, opt-outs and stored credentials hang on it.
  if (!existsSync(secretFile)) writeFileSync(secretFile, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  if (readFileSync(secretFile, 'utf8').trim() === '')
    throw new Error(`${secretFile} is empty: restore it, or remove the data folder to begin anew.`);
  return { ...read.data, dataDir, secretFile };
}
