import { allHandlersFinished, condition, defineSignal, setHandler, sleep, workflowInfo } from '@temporalio/workflow';

/** No run lives longer, so that a `patched` branch can go 31 days after everybody runs its release. */
export const longestRunMs = 30 * 24 * 60 * 60 * 1000;
/** After an outage work goes on within seconds: without a limit the pauses between two attempts grow to minutes. */
export const patience = { maximumInterval: '10 seconds' } as const;
/** Short histories replay fast; Temporal itself suggests a new run much later. */
const longestHistory = 2_000;

/** The record has changed: look again. It carries nothing, so a thousand of them say no more than one. */
export const wake = defineSignal('wake');

export interface Rhythm {
  /** To be called right before the record is read: what changes from here on wakes the run again. */
  listen(): void;
  /** True when the record changed since the last `listen`. */
  isWoken(): boolean;
  /** Rests until woken, or for `waitMs` (null: until woken). False: this run is old, continue as a new one. */
  rest(waitMs: number | null): Promise<boolean>;
}

/**
 * How every long-lived workflow here spends its life: look at the record, act, rest. A wake leaves the alarm that was set alone: one that
 * rings too early costs a look that finds nothing, while a thousand wakes would set and cancel a thousand timers for the same instant.
 */
export function rhythm(): Rhythm {
  let woken = false;
  let old = false;
  let rung = false;
  const alarms = new Set<number>();
  setHandler(wake, () => void (woken = true));
  void sleep(longestRunMs).then(() => void (old = true));

  /** Sets an alarm, unless one rings by then. */
  async function ringIn(waitMs: number): Promise<void> {
    const at = Date.now() + waitMs; // oxlint-disable-line no-restricted-properties -- compared with other alarms, never with the law's clock
    for (const set of alarms) if (set <= at) return;
    alarms.add(at);
    await sleep(waitMs);
    alarms.delete(at);
    rung = true;
  }

  return {
    listen: () => void (woken = false),
    isWoken: () => woken,
    async rest(waitMs) {
      rung = false;
      if (waitMs === null) await condition(() => woken || old);
      else if (waitMs > 0) {
        void ringIn(waitMs);
        await condition(() => woken || old || rung);
      }
      const { historyLength, continueAsNewSuggested } = workflowInfo();
      if (!old && historyLength < longestHistory && !continueAsNewSuggested) return true;
      await condition(allHandlersFinished);
      return false;
    },
  };
}
