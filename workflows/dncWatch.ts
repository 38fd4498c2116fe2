import { proxyActivities } from '@temporalio/workflow';
import type { RegistryActivities } from '../activities/registries.ts';
import { patience } from './rhythm.ts';

const { lookForRegistryFiles, warnOfStaleRegistries } = proxyActivities<RegistryActivities>({
  startToCloseTimeout: '5 minutes',
  retry: { ...patience, maximumAttempts: 20 }, // the Schedule looks again anyway
});

/** Keeps P12, by a Schedule: new downloads in the operator's folder are loaded, and nobody is surprised by a registry of 31 days. */
export async function dncWatch(): Promise<void> {
  await lookForRegistryFiles();
  await warnOfStaleRegistries();
}
