import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { msToTs } from '@temporalio/common/lib/time.js';

const RETENTION = '30 days'; // the longest run: what closed within it can still be looked at and told from what never began
const ALREADY_EXISTS = 6; // gRPC

/** The names of a namespace's own search attributes with their types. */
export type AttributeTypes = Readonly<Record<string, SearchAttributeType>>;

/** Makes the namespace and its search attributes where they are missing; resolves when workflows can be started and found in it, with whether it is new. */
export async function openNamespace(
  { workflowService, operatorService }: Connection,
  namespace: string,
  attributes: AttributeTypes,
  patient: AbortSignal,
): Promise<boolean> {
  const searchAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, type]) => [name, encodeSearchAttributeIndexedValueType(type) ?? 0]),
  );
  const query = Object.keys(attributes).map((name) => `${name} is null`);
  let added = query.length === 0;
  const made = await workflowService
    .registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION) })
    .then(() => true, unlessItExists);
  for (;;) {
    try {
      if (!added) await operatorService.addSearchAttributes({ namespace, searchAttributes }).catch(unlessItExists);
      added = true;
      await workflowService.countWorkflowExecutions({ namespace, query: query.join(' and ') });
      return made;
    } catch (error) {
      if (patient.aborted || !isServiceError(error)) throw error;
      await sleep(100); // the server's caches learn of a new namespace, and of a new attribute, some seconds later
    }
  }
}

function unlessItExists(error: unknown): false {
  if (isServiceError(error) && (error.code === ALREADY_EXISTS || /already exist/.test(error.message))) return false;
  throw error;
}

function isServiceError(error: unknown): error is Error & { code: number } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
