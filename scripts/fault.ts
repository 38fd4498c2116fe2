import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { faultRun, held } from './fault/run.ts';

// `npm run --silent fault -- --seed N --contacts M`: one line of JSON on stdout, 0 when every promise held, 1 when not, 2 for bad use.

const command = new Command('fault')
  .description('Runs a sequence while its processes are killed, and counts what reached the mail server')
  .option('--seed <n>', 'what is killed when', whole(0), 1)
  .option('--contacts <n>', 'people in the sequence', whole(10), 2_000)
  .exitOverride()
  .configureOutput({ writeOut: (text) => void process.stderr.write(text) });
try {
  command.parse();
} catch (error) {
  process.exit(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const result = await faultRun({
  ...command.opts<{ seed: number; contacts: number }>(),
  say: (line) => void process.stderr.write(`${line}\n`),
});
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = held(result) ? 0 : 1;

function whole(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < least) throw new InvalidArgumentError(`a whole number from ${least} on`);
    return Number(text);
  };
}
