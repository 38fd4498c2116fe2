import { recordTransaction, type NewTransaction, type Transaction } from '../../db/billing/transactions.ts';
import type { Tx } from '../../db/transaction.ts';

let numbers = 0;

/** A charge of 120.00 dollars and its tax, with names that no other has. */
export async function newTransaction(tx: Tx, by: string, facts: Partial<NewTransaction> = {}): Promise<Transaction> {
  numbers += 1;
  const made = await recordTransaction(
    tx,
    {
      number: `INV-${numbers}`,
      kind: 'charge',
      customer: 'Acme Inc.',
      occurredOn: '2026-11-24',
      currency: 'USD',
      items: [{ description: 'Credits', quantity: 100, amountCents: 12_000 }],
      taxCents: 990,
      processorId: `ch_${String(numbers).padStart(12, '0')}`,
      ...facts,
    },
    by,
  );
  if (!made) throw new Error('There is such a transaction already.');
  return made;
}
