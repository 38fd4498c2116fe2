import { Command } from 'commander';
import { faultRun, held } from './fault/run.ts';
import { measuredRun, whole } from './measuredRun.ts';

// `npm run --silent fault -- --seed N --contacts M`: one line of JSON on stdout, 0 when every promise held, 1 when not, 2 for bad use.

const command = new Command('fault')
  .description('Runs a sequence while its processes are killed, and counts what reached the mail server')
  .option('--seed <n>', 'what is killed when', whole(0), 1)
  .option('--contacts <n>', 'people in the sequence', whole(10), 2_000);
await measuredRun(command, (say) => faultRun({ ...command.opts<{ seed: number; contacts: number }>(), say }), held);
