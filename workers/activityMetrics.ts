import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Histogram, type Registry } from 'prom-client';

/** How long activities take, and how they end. */
export function activityMetrics(registry: Registry, monotonicMs: () => number): ActivityInterceptorsFactory {
  const duration = new Histogram({
    name: 'decorum_activity_duration_seconds',
    help: 'Attempts of activities by name and outcome.',
    labelNames: ['activity', 'outcome'],
    buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120],
    registers: [registry],
  });
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const startedAtMs = monotonicMs();
        let outcome = 'failed';
        try {
          const result = await next(input);
          outcome = 'done';
          return result;
        } finally {
          duration.observe({ activity: info.activityType, outcome }, (monotonicMs() - startedAtMs) / 1000);
        }
      },
    },
  });
}
