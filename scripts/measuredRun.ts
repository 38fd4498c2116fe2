import { type Command, CommanderError, InvalidArgumentError } from 'commander';

/**
 * A command that runs for minutes and tells in one line of JSON on stdout what it counted; what happens meanwhile goes to stderr. Ends with
 * 0 when everything held, 1 when not or when it is interrupted, 2 for bad use.
 */
export async function measuredRun<Result>(
  command: Command,
  run: (say: (line: string) => void) => Promise<Result>,
  holds: (result: Result) => boolean,
): Promise<void> {
  command.exitOverride().configureOutput({ writeOut: (text) => void process.stderr.write(text) });
  try {
    command.parse();
  } catch (error) {
    process.exit(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const result = await run((line) => void process.stderr.write(`${line}\n`));
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = holds(result) ? 0 : 1;
}

/** Reads an option that is a whole number of at most nine digits. */
export function whole(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < least) throw new InvalidArgumentError(`a whole number from ${least} on`);
    return Number(text);
  };
}
