import { Temporal } from 'temporal-polyfill';
import { billingRetention } from '../../domain/billingRetention.ts';
import { openObligation } from '../obligation.ts';
import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { billingWork } from '../workflowIds.ts';

export const transactionKinds = ['charge', 'refund'] as const;

interface BillingItem {
  description: string;
  quantity: number;
  amountCents: number;
}

export interface NewTransaction {
  /** Of the invoice or the receipt. */
  number: string;
  kind: (typeof transactionKinds)[number];
  /** The entity, as it was billed. */
  customer: string;
  /** ISO date. */
  occurredOn: string;
  currency: string;
  /** They make up what is due before tax. */
  items: readonly BillingItem[];
  taxCents: number;
  /** The processor's name of it; never a card's number. */
  processorId: string;
}

export interface Transaction extends NewTransaction {
  id: string;
  items: BillingItem[];
  netCents: number;
  totalCents: number;
  keepUntil: Date;
  recordedBy: string;
}

const columns = `id, number, kind, customer, occurred_on as "occurredOn", currency, items, net_cents as "netCents", tax_cents as "taxCents",
  total_cents as "totalCents", processor_id as "processorId", keep_until as "keepUntil", recorded_by as "recordedBy"`;

/** Keeps a transaction, with the clock of its deletion (P7). Null when its number or the processor's name of it is known already. */
export async function recordTransaction(tx: Tx, given: NewTransaction, recordedBy: string): Promise<Transaction | null> {
  const { lastDay, keepUntil, deleteBy } = billingRetention(given.occurredOn);
  const [made] = await tx.rows<Transaction>(
    `insert into billing_transactions (tenant_id, number, kind, customer, occurred_on, currency, items, net_cents, tax_cents, processor_id, keep_until, recorded_by)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning ${columns}`,
    [
      given.number,
      given.kind,
      given.customer,
      given.occurredOn,
      given.currency,
      JSON.stringify(given.items),
      given.items.reduce((sum, { amountCents }) => sum + amountCents, 0),
      given.taxCents,
      given.processorId,
      keepUntil.toString(),
      recordedBy,
    ],
  );
  if (!made) return null;
  const work = billingWork(tx.tenantId);
  await openObligation(tx, {
    kind: 'billing.deleted',
    subjectKind: 'billing record',
    subjectId: made.id,
    basis: { occurredOn: given.occurredOn, lastDay, keepUntil: keepUntil.toString(), years: 7 },
    startedAt: new Date(Temporal.PlainDate.from(given.occurredOn).toZonedDateTime('UTC').epochMilliseconds),
    dueAt: new Date(deleteBy.epochMilliseconds),
    workflowId: work.workflowId,
  });
  await want(tx, [work]);
  return made;
}

/** Newest first; `after`: the day and id of the last one of the page before. */
export function listTransactions(tx: Tx, page: { after: string[] | undefined; rows: number }): Promise<Transaction[]> {
  return tx.rows<Transaction>(
    `select ${columns} from billing_transactions where ($1::date is null or (occurred_on, id) < ($1, $2::uuid))
     order by occurred_on desc, id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}
