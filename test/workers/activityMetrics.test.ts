import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { Registry } from 'prom-client';
import { activityMetrics } from '../../workers/activityMetrics.ts';

test('each attempt of an activity is counted, by its name and how it ended', async () => {
  const registry = new Registry();
  let nowMs = 0;
  const interceptors = [activityMetrics(registry, () => nowMs)];
  const attempt = (activityType: string, act: () => Promise<void>) =>
    new MockActivityEnvironment({ activityType }, { interceptors, logger: new DefaultLogger('ERROR') }).run(act);

  await attempt('sendLetter', () => Promise.resolve(void (nowMs += 1_500)));
  await expect(attempt('sendLetter', () => Promise.reject(new Error('to ada@mail.example')))).rejects.toThrow('ada');
  await attempt('sweepUsage', () => Promise.resolve());

  const text = await registry.metrics();
  expect(text).toContain('decorum_activity_duration_seconds_sum{activity="sendLetter",outcome="done"} 1.5');
  expect(text).toContain('decorum_activity_duration_seconds_count{activity="sendLetter",outcome="failed"} 1');
  expect(text).toContain('decorum_activity_duration_seconds_count{activity="sweepUsage",outcome="done"} 1');
  expect(text).not.toContain('ada');
});
