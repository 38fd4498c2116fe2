import { Command, CommanderError, Option } from 'commander';
import { runBench } from './bench.ts';
import { type Measure, measures } from './round.ts';
import { full, quick } from './sizes.ts';
import { asTable } from './table.ts';

// `npm run bench`: a table. `npm run --silent bench -- --json`: one object on stdout, everything else on stderr.

const command = new Command('bench')
  .description('Measures the whole lawful way of an e-mail against simpler ways without it')
  .option('--json', 'one JSON object instead of the table')
  .option('--quick', 'small sizes, one round: shows that everything works, and no speed')
  .addOption(new Option('--only <measure>', 'this one alone').choices(Object.keys(measures)))
  .exitOverride()
  .configureOutput({ writeOut: (text) => void process.stderr.write(text) });
try {
  command.parse();
} catch (error) {
  process.exit(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2);
}
const options = command.opts<{ json?: true; quick?: true; only?: Measure }>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const report = await runBench({
  sizes: options.quick ? quick : full,
  wanted: options.only ? [options.only] : (Object.keys(measures) as Measure[]),
  say: (line) => void process.stderr.write(`${line}\n`),
});
process.stdout.write(`${options.json ? JSON.stringify(report) : asTable(report)}\n`);
