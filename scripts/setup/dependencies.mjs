import { spawn } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { prepareBinaries } from './binaries.mjs';

const root = join(import.meta.dirname, '../..');

/** npm asks for hundreds of packages before it gives up, which takes minutes on a machine whose names are not resolved. */
const secondTryInVain = /attempt 2 failed with (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH)/;

const neededBytes = 1e9;
const diskIsFull = 'The disk is full. Free some space (about 1 GB) and try again.';
const causes = [
  [/ENOSPC/, diskIsFull],
  [/EACCES|EPERM|EROFS/, 'This folder cannot be written. Give yourself write access to it and try again.'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i,
    'The npm registry cannot be reached. Check the network (or the proxy and registry in ~/.npmrc) and try again.',
  ],
  [/CERT|SELF_SIGNED/, "The registry's certificate is not trusted. Set NODE_EXTRA_CA_CERTS to your proxy's CA and try again."],
];

/** Brings node_modules to what package-lock.json says; does nothing when it is there already. Throws one clear line. */
export async function installDependencies() {
  if (!isInstalled()) {
    await withLock(join(root, '.decorum/install.lock'), async () => {
      if (!isInstalled()) await npmCi(); // another process may have done it while this one waited
    });
  }
  prepareBinaries(join(root, 'node_modules'));
}

/** npm writes node_modules/.package-lock.json last, so a half-done installation never looks whole. */
function isInstalled() {
  const wanted = packagesIn('package-lock.json');
  const found = packagesIn('node_modules/.package-lock.json');
  return Object.entries(wanted).every(
    ([path, { version, integrity, optional }]) =>
      path === '' || (found[path]?.version === version && found[path].integrity === integrity) || (optional && !found[path]), // for another platform
  );
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' && file.startsWith('node_modules')) return {};
    throw new Error(`${file} cannot be read (${error.message}). Restore it with: git checkout ${file}`, { cause: error });
  }
}

function npmCi() {
  const { bavail, bsize } = statfsSync(root);
  // npm may call an installation whole that it had no room to write.
  if (bavail * bsize < neededBytes) return Promise.reject(new Error(diskIsFull));
  console.error('Installing the dependencies (a minute, once) ...');
  // No package of ours needs its install scripts, so none is run. Development tools are part of the gate, whatever NODE_ENV says.
  const flags = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--loglevel=http',
    '--no-progress',
    '--fetch-retries=3',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  ];
  const npm = process.env.npm_execpath; // the very npm that runs us, when one does
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, ...flags]] : ['npm', flags];
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    let said = '';
    child.stdout.resume();
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (secondTryInVain.test(said) && !/fetch GET 200/.test(said)) child.kill();
    });
    child.on('error', (error) => reject(new Error(`npm cannot be run (${error.message}). Is it installed beside Node?`)));
    child.on('close', (code, signal) => {
      if (code === 0) {
        console.error(`Dependencies installed in ${Math.round((performance.now() - started) / 1000)} s.`);
        return resolve();
      }
      const attempts = /^npm http .*\n/gm;
      const errors = signal ? said : said.replace(attempts, ''); // an attempt that failed is no cause when a later one did not
      const known = causes.find(([pattern]) => pattern.test(errors))?.[1];
      reject(new Error(known ?? `npm ci failed (${signal ?? code}):\n${errors.trim()}`));
    });
  });
}
