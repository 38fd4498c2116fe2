import type { SerializationContext } from '@temporalio/common';

/** Whose payload it is, and of which workflow. */
export interface Owner {
  /** Null: the payload is the platform's, and stays readable when a tenant's key is destroyed. */
  readonly tenantId: string | null;
  readonly workflowId: string;
}

/** A payload that nobody owns is never written: it could be encrypted under no key that somebody would destroy. */
export class NoOwner extends Error {
  override readonly name = 'NoOwner';
}

/** `<kind>/<tenant>/<key>`; without the key where a tenant has one at most. */
const ofTenant = /^([A-Za-z-]+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/;

/**
 * Kinds that go on after the destruction of their tenant's key: the deletion lives until the last backup is gone (day 60), billing records
 * are kept for years, people hear of a breach whatever became of the customer, an unsubscribe link is answered and proved for good, and
 * backups are everybody's.
 */
const outlivesItsTenant = new Set(['deletion', 'billing', 'breach', 'suppression', 'backup']);

/** The tenant that a workflow's id names, whichever key its payloads are under. */
export function tenantOf(workflowId: string): string | null {
  return ofTenant.exec(workflowId)?.[2] ?? null;
}

/** By the id of the workflow that a payload is written for. What names no tenant (Schedules, the restore drill) is the platform's. */
export function ownerOf(context: SerializationContext | undefined): Owner {
  const workflowId = context?.workflowId;
  if (!workflowId) throw new NoOwner('A payload is written for no workflow: it has no key to be encrypted under.');
  const [, kind, tenantId] = ofTenant.exec(workflowId) ?? [];
  if (kind === undefined || tenantId === undefined || outlivesItsTenant.has(kind)) return { tenantId: null, workflowId };
  return { tenantId, workflowId };
}
