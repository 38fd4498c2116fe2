import { readFileSync } from 'node:fs';
import { goldenKinds, runGolden } from './goldenCases.ts';

// `npm run --silent golden -- calling|breach|privacy FILE`: 0 all passed, 1 some failed, 2 bad use.

const [name = '', file, ...more] = process.argv.slice(2);
const runCase = Object.hasOwn(goldenKinds, name) ? goldenKinds[name] : undefined;
if (!runCase || file === undefined || more.length > 0) {
  console.error(`Usage: npm run --silent golden -- ${Object.keys(goldenKinds).join('|')} FILE`);
  process.exit(2);
}

let text: string;
try {
  text = readFileSync(file, 'utf8');
} catch (error) {
  console.error(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}

const { passed, differences } = runGolden(runCase, text);
for (const difference of differences) {
  console.log(difference.id);
  if ('error' in difference) {
    console.log(`  error    ${difference.error.replaceAll('\n', '\n           ')}`);
  } else {
    console.log(`  expected ${JSON.stringify(difference.expected)}`);
    console.log(`  got      ${JSON.stringify(difference.got)}`);
  }
}
console.log(`${passed} passed, ${differences.length} failed`);
process.exitCode = differences.length === 0 ? 0 : 1;
