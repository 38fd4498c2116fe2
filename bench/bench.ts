import { loadavg } from 'node:os';
import { contactFile } from './contactFile.ts';
import { type Report, reportOn } from './report.ts';
import { type Measure, measures, type Round, runRound, type Trial } from './round.ts';
import type { Sizes } from './sizes.ts';
import { sending } from './trials/sending.ts';
import { startWorld } from './world.ts';

/** Messages that go before anything is measured, so that code is compiled, caches are filled and connections are open. */
const warmUp = 500;

/** Runs the rounds on the same servers, interleaved, and answers their medians. */
export async function runBench({
  sizes,
  wanted,
  say,
}: {
  sizes: Sizes;
  wanted: readonly Measure[];
  say(line: string): void;
}): Promise<Report> {
  const startedAt = performance.now();
  const trials = new Set<Trial>(wanted.flatMap((measure) => measures[measure]));
  const world = await startWorld(say);
  try {
    const bench = { world, sizes, file: contactFile(sizes.importRows), say };
    await sending(world, { emails: warmUp, lanes: 1 });
    await world.analyze();
    const rounds: Round[] = [];
    for (let n = 1; n <= sizes.runs; n += 1) {
      say(
        `round ${n} of ${sizes.runs}, ${Math.round((performance.now() - startedAt) / 1000)} s, load ${loadavg()[0]?.toFixed(1)}`,
      );
      rounds.push(await runRound(bench, trials));
      trials.delete('histories'); // bytes do not depend on the machine's load: weighed once
    }
    return reportOn(rounds, world.workerPeakMiB());
  } finally {
    await world.end();
  }
}
