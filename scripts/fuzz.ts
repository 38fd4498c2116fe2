import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { fuzz, schemathesis } from './fuzz/schemathesis.ts';
import { startFuzzWorld } from './fuzz/world.ts';

// `npm run fuzz -- --examples N --seed N`: asks every route of the OpenAPI document with what it documents and what it does not, as every
// kind of caller. A line for each; what was wrong follows. Ends with 1 when an answer was a 5xx, undocumented or of another shape.

const command = new Command('fuzz')
  .option('--examples <n>', 'cases for each route', '8')
  .option('--seed <n>', 'of the cases', '1')
  .option('--as <caller>', 'one caller alone');
const { examples, seed, as } = command.parse().opts<{ examples: string; seed: string; as?: string }>();

const cache = join(import.meta.dirname, '../.decorum');
mkdirSync(cache, { recursive: true });
const program = await schemathesis(cache);
const world = await startFuzzWorld();
let failed = 0;
try {
  for (const { name, headers } of (await world.callers()).filter((caller) => as === undefined || caller.name === as)) {
    const { code, said } = await fuzz(program, {
      folder: cache,
      url: `${world.origin}/v1/openapi.json`,
      headers,
      examples: Number(examples),
      seed: Number(seed),
      without: ['deleteSession'], // every other answer would be a 401
    });
    const cases = /(\d+) generated/.exec(said)?.[1] ?? '?';
    console.log(`${code === 0 ? 'ok    ' : 'failed'} as ${name}: ${cases} cases`);
    if (code !== 0) {
      failed += 1;
      console.log(said);
    }
  }
  if (failed > 0) console.log(world.log());
} finally {
  await world.end();
}
process.exitCode = failed === 0 ? 0 : 1;
