import { proxyActivities } from '@temporalio/workflow';
import type { PerRecipientActivities } from './activities.ts';

const { mayWrite, write } = proxyActivities<PerRecipientActivities>({ startToCloseTimeout: '1 minute' });

/** The usual shape, for comparison: a workflow for each person, which asks whether it may write and then writes. */
export async function writeToOne(tenantId: string, mailboxId: string, contactId: string): Promise<boolean> {
  if (!(await mayWrite(tenantId, contactId))) return false;
  await write(tenantId, mailboxId, contactId);
  return true;
}
