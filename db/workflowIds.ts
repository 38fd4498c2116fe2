import type { Wish } from './outbox.ts';

/** The workflows by their ids, `<kind>/<tenant>/<key>`, as the outbox wishes for them. */
export const sequenceWork = (tenantId: string, launchId: string): Wish => ({
  workflowId: `outreach/${tenantId}/${launchId}`,
  workflowType: 'outreachSequence',
  taskQueue: 'outreach',
  args: [tenantId, launchId],
});

export const cohortWork = (tenantId: string, launchId: string, cohort: number): Wish => ({
  workflowId: `cohort/${tenantId}/${launchId}/${cohort}`,
  workflowType: 'outreachCohort',
  taskQueue: 'outreach',
  args: [tenantId, launchId, cohort],
});

export const mailboxWork = (tenantId: string, mailboxId: string): Wish => ({
  workflowId: `mailbox/${tenantId}/${mailboxId}`,
  workflowType: 'mailboxSender',
  taskQueue: 'mail',
  args: [tenantId, mailboxId],
});

export const suppressionWork = (tenantId: string, batchId: string): Wish => ({
  workflowId: `suppression/${tenantId}/${batchId}`,
  workflowType: 'suppression',
  taskQueue: 'legal',
  args: [tenantId, batchId],
});

export const importWork = (tenantId: string, importId: string): Wish => ({
  workflowId: `import/${tenantId}/${importId}`,
  workflowType: 'contactImport',
  taskQueue: 'bulk',
  args: [tenantId, importId],
});

export const letterWork = (tenantId: string, letterId: string): Wish => ({
  workflowId: `letter/${tenantId}/${letterId}`,
  workflowType: 'accountLetter',
  taskQueue: 'legal', // somebody waits for it: it never stands behind a campaign
  args: [tenantId, letterId],
});

export const breachWork = (tenantId: string, incidentId: string): Wish => ({
  workflowId: `breach/${tenantId}/${incidentId}`,
  workflowType: 'breachNotification',
  taskQueue: 'legal',
  args: [tenantId, incidentId],
});

/** One at a time in a tenant; its key is the platform's, so that it outlives the tenant's own (providers/codec/ownerOf.ts). */
export const deletionWork = (tenantId: string, deletionId: string): Wish => ({
  workflowId: `deletion/${tenantId}/${deletionId}`,
  workflowType: 'accountDeletion',
  taskQueue: 'legal',
  args: [tenantId, deletionId],
});

/** The erasure of one person. */
export const erasureWork = (tenantId: string, erasureId: string): Wish => ({
  workflowId: `erasure/${tenantId}/${erasureId}`,
  workflowType: 'personErasure',
  taskQueue: 'legal',
  args: [tenantId, erasureId],
});

export const abuseWork = (tenantId: string, caseId: string): Wish => ({
  workflowId: `abuse/${tenantId}/${caseId}`,
  workflowType: 'abuseCase',
  taskQueue: 'legal', // an appeal has a date
  args: [tenantId, caseId],
});

/** Outlives its tenant by years: its key is the platform's. */
export const billingWork = (tenantId: string): Wish => ({
  workflowId: `billing/${tenantId}`,
  workflowType: 'billingRetention',
  taskQueue: 'legal',
  args: [tenantId],
});

export const rehearsalWork = (tenantId: string, rehearsalId: string): Wish => ({
  workflowId: `rehearsal/${tenantId}/${rehearsalId}`,
  workflowType: 'rehearsal',
  taskQueue: 'bulk',
  args: [tenantId, rehearsalId],
});

export const exportWork = (tenantId: string, exportId: string): Wish => ({
  workflowId: `export/${tenantId}/${exportId}`,
  workflowType: 'dataExport',
  taskQueue: 'bulk',
  args: [tenantId, exportId],
});

export const registryWork = (tenantId: string, loadId: string): Wish => ({
  workflowId: `dnc/${tenantId}/${loadId}`,
  workflowType: 'dncRefresh',
  taskQueue: 'bulk',
  args: [tenantId, loadId],
});

export const doNotCallWork = (tenantId: string, requestId: string): Wish => ({
  workflowId: `do-not-call/${tenantId}/${requestId}`,
  workflowType: 'doNotCall',
  taskQueue: 'legal',
  args: [tenantId, requestId],
});
