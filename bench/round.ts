import type { Sizes } from './sizes.ts';
import { bareCopy } from './trials/bareCopy.ts';
import { bareMail } from './trials/bareMail.ts';
import { type Clearing, clearing } from './trials/clearing.ts';
import { historyBytesPerRecipient } from './trials/histories.ts';
import { perRecipient } from './trials/perRecipient.ts';
import { productImport } from './trials/productImport.ts';
import { type Sending, sending } from './trials/sending.ts';
import { type Unsubscribing, unsubscribing } from './trials/unsubscribing.ts';
import type { World } from './world.ts';

/** What one round measured; rates are a second. */
export interface Round {
  oneLane?: Sending;
  twoLanes?: Sending;
  perRecipient?: number;
  bareMail?: number;
  productImport?: number;
  bareCopy?: number;
  unsubscribing?: Unsubscribing;
  clearing?: Clearing;
  /** By the size of the launch. */
  histories?: Record<number, number>;
}
export type Trial = keyof Round;

/** What `--only` can ask for, and the trials that it takes. */
export const measures = {
  emailsPerSecond: ['oneLane', 'twoLanes'],
  ratioToWorkflowPerRecipient: ['oneLane', 'twoLanes', 'perRecipient'],
  ratioToBareMailLibrary: ['oneLane', 'twoLanes', 'bareMail'],
  importRatioToBareCopy: ['productImport', 'bareCopy'],
  unsubscribeP99Ms: ['unsubscribing'],
  clearanceP99Ratio: ['clearing'],
  historyBytesPerRecipient: ['histories'],
} as const satisfies Record<string, readonly Trial[]>;
export type Measure = keyof typeof measures;

export interface Bench {
  world: World;
  sizes: Sizes;
  file: Buffer;
  say(line: string): void;
}

/** Every trial that is wanted, one after the other: what is compared is measured within minutes of each other. */
export async function runRound({ world, sizes, file, say }: Bench, trials: ReadonlySet<Trial>): Promise<Round> {
  const { emails, importRows: rows } = sizes;
  const round: Round = {};
  async function run<Name extends Trial>(name: Name, trial: () => Promise<Round[Name]>): Promise<void> {
    if (!trials.has(name)) return;
    const startedAt = performance.now();
    round[name] = await trial();
    say(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s, ${brief(round[name])}`);
  }
  await run('oneLane', () => sending(world, { emails, lanes: 1 }));
  await run('bareMail', () => bareMail(world, sizes.bareMail));
  await run('twoLanes', () => sending(world, { emails, lanes: 2 }));
  await run('perRecipient', () => perRecipient(world, sizes.perRecipient));
  await run('bareCopy', () => bareCopy(world, { file, rows }));
  await run('productImport', () => productImport(world, { file, rows }));
  await run('unsubscribing', () => unsubscribing(world, { emails, lanes: 2 }));
  await run('clearing', () => clearing(world, { numbers: sizes.registryNumbers, clearances: sizes.clearances }));
  await run('histories', async () => {
    const bytes: Record<number, number> = {};
    for (const people of sizes.histories) bytes[people] = await historyBytesPerRecipient(world, { people, lanes: 2 });
    return bytes;
  });
  return round;
}

function brief(result: Round[Trial]): string {
  if (typeof result === 'number') return `${Math.round(result)}/s`;
  if (result && 'latenciesMs' in result) return `${result.latenciesMs.length} opt-outs`;
  return JSON.stringify(result, (_key, value: unknown) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value));
}
