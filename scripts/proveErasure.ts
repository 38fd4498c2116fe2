import { Command } from 'commander';
import { measuredRun, whole } from './measuredRun.ts';
import { isProved, proveErasure } from './proveErasure/run.ts';

// `npm run --silent prove-erasure -- --contacts N --activities M --probes K --seed S`: one line of JSON on stdout, 0 when nobody was
// found and everybody else was, 1 when not, 2 for bad use.

const command = new Command('prove-erasure')
  .description('Deletes an account for good, and searches the database, Temporal, the logs and the backups for its people')
  .option('--contacts <n>', 'people of the account', whole(1), 2_000)
  .option('--activities <n>', 'what was done with them: messages, events, tasks, replies', whole(0), 10_000)
  .option('--probes <n>', 'addresses, numbers and names that are searched for', whole(3), 200)
  .option('--seed <n>', 'who is searched for', whole(0), 1);
await measuredRun(
  command,
  (say) => proveErasure({ ...command.opts<{ contacts: number; activities: number; probes: number; seed: number }>(), say }),
  isProved,
);
