// `node scripts/run.mjs <task> [arguments]`: the one door of every npm script. It depends on nothing, so that each
// of them works as the first command in a clean clone, and it prints on stderr only: stdout belongs to the task.
const scripts = {
  start: 'scripts/start.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  cli: 'scripts/cli.ts',
  golden: 'scripts/golden.ts',
  fault: 'scripts/fault.ts',
  'prove-erasure': 'scripts/proveErasure.ts',
  'verify-certificate': 'scripts/verifyCertificate.ts',
  bench: 'bench/main.ts',
  fuzz: 'scripts/fuzz.ts',
  reference: 'scripts/reference.ts',
  pictures: 'scripts/pictures.ts',
};

// The other modules are loaded after this test: an old Node could not even read them.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`Decorum needs Node 20.12 or newer; this is ${process.version}. Install a newer one and try again.`);
  process.exit(2);
}

const [task, ...args] = process.argv.slice(2);
if (!Object.hasOwn(scripts, task ?? '')) {
  console.error(`Usage: npm run ${Object.keys(scripts).join('|')} [-- arguments]`);
  process.exit(2);
}

const { existsSync } = await import('node:fs');
const { join } = await import('node:path');
if (!existsSync(join(import.meta.dirname, '..', scripts[task]))) {
  console.error(`npm run ${task} is not part of this version: ${scripts[task]} is missing.`);
  process.exit(2);
}

const { installDependencies } = await import('./setup/dependencies.mjs');
const { runTask } = await import('./setup/task.mjs');
try {
  await installDependencies();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
process.exitCode = await runTask(scripts[task], args);
