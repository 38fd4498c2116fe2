/** One line that says what to do, for what PostgreSQL wrote before it gave up. */
export function explainPostgres(output: string): string {
  if (/No space left on device|Check free disk space/.test(output))
    return 'The disk is full: PostgreSQL cannot write. Free some space and start again.';
  if (/Address already in use/.test(output)) return 'The port of PostgreSQL was taken meanwhile by another program: start again.';
  if (/lock file .* already exists/.test(output)) return 'Another PostgreSQL runs on the same data folder: stop that one first.';
  const incompatible = /initialized by PostgreSQL version (\S+),/.exec(output)?.[1];
  if (incompatible)
    return `The data folder was made by PostgreSQL ${incompatible}, another version than ours: dump it with that one and restore it here.`;
  const fatal = output.split('\n').findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? output.trim().split('\n').at(-1);
  return `PostgreSQL does not start: ${fatal ?? 'it said nothing'}`;
}
