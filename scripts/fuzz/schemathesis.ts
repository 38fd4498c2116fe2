import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Pinned: another version asks other things. */
const version = '4.32.5';
const run = promisify(execFile);

/** The program, fetched once through pip into `folder`. */
export async function schemathesis(folder: string): Promise<string> {
  const venv = join(folder, `schemathesis-${version}`);
  const program = join(venv, 'bin/schemathesis');
  if (existsSync(program)) return program;
  await run('python3', ['-m', 'venv', venv]);
  await run(join(venv, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`]);
  return program;
}

export interface Fuzzing {
  /** Where what it keeps between runs goes. */
  folder: string;
  /** Of the OpenAPI document. */
  url: string;
  /** Who asks. */
  headers: Readonly<Record<string, string>>;
  /** Cases for each route. */
  examples: number;
  seed: number;
  /** Routes that would end what the others need, by their operation's id. */
  without: readonly string[];
}

/** What every answer is held against: none may be a 5xx, none undocumented, none of another shape than the document says. */
const checks = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';

/** Asks every route; answers the exit code and what was said. */
export function fuzz(
  program: string,
  { folder, url, headers, examples, seed, without }: Fuzzing,
): Promise<{ code: number; said: string }> {
  const child = spawn(
    program,
    [
      'run',
      url,
      '--checks',
      checks,
      '--phases',
      'examples,coverage,fuzzing',
      '--max-examples',
      String(examples),
      '--seed',
      String(seed),
      '--continue-on-failure',
      '--suppress-health-check',
      'all',
      '--request-timeout',
      '30',
      '--no-shrink',
      '--warnings',
      'off',
      '--generation-database',
      'none',
      ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
      ...without.flatMap((operation) => ['--exclude-operation-id', operation]),
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', PYTHONIOENCODING: 'utf-8' } },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, said }));
  });
}
