import { proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { AccountLetterActivities } from '../activities/accountLetters.ts';
import { patience, wake } from './rhythm.ts';

const { sendLetter, forgetLetter } = proxyActivities<AccountLetterActivities>({
  startToCloseTimeout: '1 minute',
  retry: patience,
});

/**
 * Keeps P1 and P5 for a letter to a user (a link to confirm an address, an invitation, a notice): it is sent, tried again while its mail
 * server is away, and deleted when its link has expired. The history holds ids only, the link is made where the letter is sent.
 */
export async function accountLetter(tenantId: string, letterId: string): Promise<void> {
  setHandler(wake, () => {}); // a letter never changes: a wake is only a second start
  for (;;) {
    const waitMs = await sendLetter(tenantId, letterId);
    if (waitMs === null) break;
    await sleep(waitMs);
  }
  await forgetLetter(tenantId, letterId);
}
