import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** The folder of the built console; built again only when its sources have changed. */
export async function builtConsole(): Promise<string> {
  const sources = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of readdirSync(join(root, 'web'), { recursive: true, encoding: 'utf8' }).sort()) {
    if (file.startsWith('dist') || !/\.(tsx?|css|html|svg)$/.test(file)) continue;
    sources.update(`${file}\0`).update(readFileSync(join(root, 'web', file)));
  }
  const folder = join(root, `.decorum/test/console-${sources.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const made = `${folder}.${process.pid}`;
  const env = { ...process.env, NODE_ENV: 'production' }; // Jest's `test` would build React for debugging
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', 'web', '--outDir', made, '--logLevel', 'warn'], { cwd: root, env });
  try {
    renameSync(made, folder); // whole or not at all: another test may be looking for it
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(made, { recursive: true }); // another one was faster
  }
  return folder;
}
