import { z } from 'zod';
import { listTransactions, recordTransaction, transactionKinds } from '../../db/billing/transactions.ts';
import { neverCollected } from '../../domain/neverCollected.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

/** Ten thousand million dollars: any sum of a hundred is a safe integer. */
const Cents = z.int().min(0).max(1_000_000_000_000);

/** Words in which nobody has left a card or a social security number (P1, P2). */
const words = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => neverCollected(text) === null, 'A card number or the like is never kept.');

const fields = {
  number: words(64).meta({ description: 'Of the invoice or the receipt.' }),
  kind: z.enum(transactionKinds),
  customer: words(200).meta({ description: 'The entity, as it was billed.' }),
  occurredOn: z.iso.date(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  items: z
    .array(z.strictObject({ description: words(200), quantity: z.int().min(1).max(1_000_000), amountCents: Cents }))
    .min(1)
    .max(100)
    .meta({ description: 'They make up what is due before tax.' }),
  taxCents: Cents,
  processorId: z
    .string()
    .regex(/^(ch|cs|in|pi|py|re|txn)_[A-Za-z0-9_]{8,100}$/)
    .meta({ description: "Stripe's name of it, and nothing else of Stripe's." }),
};

const Transaction = z
  .object({
    id: Id,
    ...fields,
    netCents: z.int(),
    totalCents: z.int(),
    keepUntil: Instant.meta({ description: 'Seven years after the transaction; then the record is deleted.' }),
    recordedBy: Id,
  })
  .meta({ id: 'BillingTransaction' });

const list = route({
  method: 'get',
  path: '/billing/transactions',
  action: 'billing.read',
  tag: 'Billing',
  summary: 'What the account paid and was refunded, newest first',
  query: Paging,
  reply: { status: 200, schema: pageOf(Transaction) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const transactions = await db.inTenant(who.tenantId, (tx) => listTransactions(tx, page));
    return cutPage(transactions, query.limit, ({ occurredOn, id }) => [occurredOn, id]);
  },
});

const record = route({
  method: 'post',
  path: '/billing/transactions',
  action: 'billing.write',
  tag: 'Billing',
  summary: 'Record a transaction; it is kept for seven years, also when the account is deleted, and cannot be changed: refund it',
  body: z.strictObject(fields),
  reply: { status: 201, schema: Transaction },
  errors: ['already-exists', 'invalid-request'],
  handle: ({ who, db, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { day } = await tx.row<{ day: string }>(
        `select ((decorum.now() at time zone 'Pacific/Kiritimati')::date)::text as day`,
      );
      if (body.occurredOn > day) throw invalid('/occurredOn', 'It has not happened yet, wherever one is.');
      const made = await recordTransaction(tx, body, who.userId);
      if (!made) throw new Problem('already-exists', `Transaction ${body.number} or ${body.processorId} is recorded already.`);
      return made;
    }),
});

export const billingRoutes = [list, record];

function invalid(pointer: string, message: string): Problem {
  return new Problem('invalid-request', message, { errors: [{ pointer, message }] });
}
