import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, readEnvironment } from '../../providers/environment.ts';
import { dataFolder, environmentFile } from '../start/settings.ts';

/** The environment, and for what is not in it what a running `npm start` of this folder has written down. */
export function runningEnvironment(): Environment {
  const running = join(dataFolder(process.env), environmentFile);
  const written = existsSync(running) ? (JSON.parse(readFileSync(running, 'utf8')) as NodeJS.ProcessEnv) : {};
  return readEnvironment({ ...written, ...process.env });
}
