import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isProved, proveErasure } from './proveErasure/run.ts';

// `npm run --silent prove-erasure -- --contacts N --activities M --probes K --seed S`: one line of JSON on stdout, 0 when nobody was
// found and everybody else was, 1 when not, 2 for bad use.

const command = new Command('prove-erasure')
  .description('Deletes an account for good, and searches the database, Temporal, the logs and the backups for its people')
  .option('--contacts <n>', 'people of the account', whole(1), 2_000)
  .option('--activities <n>', 'what was done with them: messages, events, tasks, replies', whole(0), 10_000)
  .option('--probes <n>', 'addresses, numbers and names that are searched for', whole(3), 200)
  .option('--seed <n>', 'who is searched for', whole(0), 1)
  .exitOverride()
  .configureOutput({ writeOut: (text) => void process.stderr.write(text) });
try {
  command.parse();
} catch (error) {
  process.exit(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const result = await proveErasure({
  ...command.opts<{ contacts: number; activities: number; probes: number; seed: number }>(),
  say: (line) => void process.stderr.write(`${line}\n`),
});
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = isProved(result) ? 0 : 1;

function whole(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < least) throw new InvalidArgumentError(`a whole number from ${least} on`);
    return Number(text);
  };
}
