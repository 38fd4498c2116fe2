import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/** Builds the console when its sources have changed since the last build. */
export async function buildConsole(root: string): Promise<string> {
  const out = join(root, 'web/dist');
  const stampFile = join(out, '.stamp');
  const stamp = sourceStamp(root);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return out;
  await build({ configFile: join(root, 'web/vite.config.ts'), root: join(root, 'web'), logLevel: 'error' });
  writeFileSync(stampFile, stamp);
  return out;
}

function sourceStamp(root: string): string {
  const hash = createHash('sha256');
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.name === 'dist' || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) visit(path);
      else hash.update(`${path.slice(root.length)} ${statSync(path).size}`).update(readFileSync(path));
    }
  };
  for (const part of ['web', 'api', 'domain']) visit(join(root, part));
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}
