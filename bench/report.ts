import type { CpuSeconds } from './cpu.ts';
import type { Round } from './round.ts';
import { median, percentile } from './statistics.ts';

/** Medians of the rounds. What was not asked for is undefined, and so not in the JSON. */
export interface Report {
  /** By lanes. */
  emailsPerSecond: ByKey<number> | undefined;
  /** By lanes, for the whole launch. */
  cpuSeconds: ByKey<CpuSeconds> | undefined;
  ratioToWorkflowPerRecipient: number | undefined;
  ratioToBareMailLibrary: number | undefined;
  importRatioToBareCopy: number | undefined;
  unsubscribeP99Ms: number | undefined;
  /** Of all rounds together. */
  begunAfterUnsubscribe: number | undefined;
  /** A clearance's 99th percentile over that of one indexed look-up behind the same wall. */
  clearanceP99Ratio: number | undefined;
  clearanceP99Ms: number | undefined;
  clearancesPerSecond: number | undefined;
  /** On disk, of the numbers that were loaded. */
  registryMiB: number | undefined;
  /** By people in the launch. */
  historyBytesPerRecipient: ByKey<number> | undefined;
  workerPeakMiB: number | undefined;
  /** What the ratios are made of, a second. */
  rates: ByKey<number>;
}
type ByKey<T> = Record<string, T>;

export function reportOn(rounds: readonly Round[], workerPeakMiB: number | null): Report {
  const of = <T>(value: (round: Round) => T | null | undefined): T[] =>
    rounds.map(value).filter((one) => one !== undefined && one !== null);
  const middle = (digits: number, value: (round: Round) => number | undefined): number | undefined => {
    const values = of(value);
    return values.length === 0 ? undefined : rounded(median(values), digits);
  };
  const opted = of((round) => round.unsubscribing);
  const [histories] = of((round) => round.histories);
  return {
    emailsPerSecond: known({
      '1': middle(0, ({ oneLane }) => oneLane?.perSecond),
      '2': middle(0, ({ twoLanes }) => twoLanes?.perSecond),
    }),
    cpuSeconds: known({ '1': middleCpu(of(({ oneLane }) => oneLane?.cpu)), '2': middleCpu(of(({ twoLanes }) => twoLanes?.cpu)) }),
    ratioToWorkflowPerRecipient: middle(1, (round) => ratio(quicker(round), round.perRecipient)),
    ratioToBareMailLibrary: middle(2, (round) => ratio(quicker(round), round.bareMail)),
    importRatioToBareCopy: middle(2, (round) => ratio(round.productImport, round.bareCopy)),
    unsubscribeP99Ms: middle(1, ({ unsubscribing }) => unsubscribing && percentile(unsubscribing.latenciesMs, 0.99)),
    begunAfterUnsubscribe: opted.length === 0 ? undefined : opted.reduce((sum, { begunAfter }) => sum + begunAfter, 0),
    clearanceP99Ratio: middle(2, ({ clearing }) => clearing?.clearanceP99Ratio),
    clearanceP99Ms: middle(1, ({ clearing }) => clearing?.clearanceP99Ms),
    clearancesPerSecond: middle(0, ({ clearing }) => clearing?.perSecond),
    registryMiB: middle(1, ({ clearing }) => clearing?.registryMiB),
    historyBytesPerRecipient:
      histories && Object.fromEntries(Object.entries(histories).map(([people, bytes]) => [people, rounded(bytes, 1)])),
    workerPeakMiB: workerPeakMiB ?? undefined,
    rates:
      known({
        workflowPerRecipient: middle(1, (round) => round.perRecipient),
        bareMailLibrary: middle(0, (round) => round.bareMail),
        productImport: middle(0, (round) => round.productImport),
        bareCopy: middle(0, (round) => round.bareCopy),
      }) ?? {},
  };
}

/** The better number of lanes is what an operator would set. */
function quicker({ oneLane, twoLanes }: Round): number | undefined {
  return oneLane && twoLanes && Math.max(oneLane.perSecond, twoLanes.perSecond);
}

function ratio(mine: number | undefined, theirs: number | undefined): number | undefined {
  return mine === undefined || theirs === undefined ? undefined : mine / theirs;
}

function middleCpu(samples: readonly CpuSeconds[]): CpuSeconds | undefined {
  if (samples.length === 0) return undefined;
  const middle = (name: keyof CpuSeconds): number => rounded(median(samples.map((sample) => sample[name])), 1);
  return { worker: middle('worker'), postgres: middle('postgres'), temporal: middle('temporal') };
}

/** Without what is undefined; undefined when nothing is left. */
function known<T>(values: Record<string, T | undefined>): ByKey<T> | undefined {
  const entries = Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
