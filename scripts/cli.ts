import { Command } from 'commander';
import { backupCommands } from './cli/backups.ts';
import { contactsCommand } from './cli/contacts.ts';
import { rebuildCommand } from './cli/rebuild.ts';
import { rotateKeysCommand } from './cli/rotateKeys.ts';
import { verifyAuditCommand } from './cli/verifyAudit.ts';

// `npm run --silent cli -- COMMAND`: 0 done, 1 it failed, 2 bad use. Only results go to stdout.

const BAD_USE = 2;

const cli = new Command('decorum')
  .description('Outreach and privacy automation that keeps its promises')
  .addCommand(contactsCommand)
  .addCommand(rebuildCommand)
  .addCommand(rotateKeysCommand)
  .addCommand(verifyAuditCommand)
  .helpCommand(false)
  .exitOverride();

for (const command of backupCommands) cli.addCommand(command);

/** Subcommands made elsewhere do not inherit the override of the exit. */
function overrideExit(command: Command): void {
  for (const subcommand of command.commands) overrideExit(subcommand.exitOverride());
}
overrideExit(cli);

try {
  await cli.parseAsync();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const { exitCode } = error as { exitCode?: number }; // of commander's own errors, which it has told already
  if (exitCode === undefined) console.error(error.message);
  process.exitCode = exitCode === undefined ? 1 : exitCode === 0 ? 0 : BAD_USE;
}
