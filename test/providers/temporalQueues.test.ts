import { openQueues } from '../../providers/temporalQueues.ts';

test('where Temporal does not answer, nobody is said to work', async () => {
  const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:9', TEMPORAL_NAMESPACE: 'decorum', TEMPORAL_API_KEY: undefined };
  const queues = openQueues(nowhere, () => new Date());
  expect(await queues.ask('legal')).toBeNull();
  await queues.close();
});
