import { Argument, Command, CommanderError, Option } from 'commander';
import { runBench } from './bench.ts';
import { breachSizes, runBreachBench } from './breach.ts';
import { eraseSizes, runEraseBench } from './erase.ts';
import { type Measure, measures } from './round.ts';
import { full, quick } from './sizes.ts';
import { asTable } from './table.ts';

// `npm run bench`: a table. `npm run --silent bench -- --json`: one object on stdout, everything else on stderr.

const command = new Command('bench')
  .description('Measures the whole lawful way of an e-mail against simpler ways without it')
  .addArgument(
    new Argument(
      '[subject]',
      'breach: notices to many affected people; calls: clearances alone; erase: the purge of an account',
    ).choices(['breach', 'calls', 'erase']),
  )
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
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const alone = {
  breach: () => runBreachBench(breachSizes[options.quick ? 'quick' : 'full'], say),
  erase: () => runEraseBench(eraseSizes[options.quick ? 'quick' : 'full'], say),
} as const;
const subject = command.args[0];
if (subject === 'breach' || subject === 'erase') {
  const report = await alone[subject]();
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else for (const [name, value] of Object.entries(report)) process.stdout.write(`${name.padEnd(20)} ${value}\n`);
} else {
  const report = await runBench({
    sizes: options.quick ? quick : full,
    wanted:
      command.args[0] === 'calls' ? ['clearanceP99Ratio'] : options.only ? [options.only] : (Object.keys(measures) as Measure[]),
    say,
  });
  process.stdout.write(`${options.json ? JSON.stringify(report) : asTable(report)}\n`);
}
