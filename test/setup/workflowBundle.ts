import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { failureConverterPath } from '../../workers/histories.ts';

const root = join(__dirname, '../..');

/** The bundle of all workflows as a file, for `Worker.create({ workflowBundle: { codePath } })`; made again only when its sources changed. */
export async function workflowBundle(): Promise<string> {
  const sources = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const folder of ['workflows', 'domain', 'providers/codec']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (file.endsWith('.ts')) sources.update(`${file}\0`).update(readFileSync(join(root, folder, file)));
    }
  }
  const path = join(root, `.decorum/test/workflows-${sources.digest('hex').slice(0, 16)}.js`);
  if (existsSync(path)) return path;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows/index.ts'),
    failureConverterPath,
    logger: new DefaultLogger('WARN'),
  });
  mkdirSync(join(root, '.decorum/test'), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, code);
  renameSync(`${path}.${process.pid}`, path); // whole or not at all: other runs look for it
  return path;
}
