import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { money } from './money.ts';
import { RecordTransaction } from './RecordTransaction.tsx';

type Transaction = Row<'/billing/transactions'>;

const columns: readonly Column<Transaction>[] = [
  { head: 'Number', cell: ({ number }) => number },
  { head: 'Date', cell: ({ occurredOn }) => occurredOn },
  { head: 'Kind', cell: ({ kind }) => kind },
  { head: 'Customer', cell: ({ customer }) => customer },
  { head: 'For', cell: ({ items }) => items.map(({ description }) => description).join(', ') },
  { head: 'Tax', numeric: true, cell: ({ taxCents, currency }) => money(taxCents, currency) },
  { head: 'Total', numeric: true, cell: ({ totalCents, currency }) => money(totalCents, currency) },
  { head: 'Kept until', cell: ({ keepUntil }) => <When at={keepUntil} /> },
];

/** What the account paid, and until when the record of it stays (P7). */
export function Billing() {
  const list = useRows('/billing/transactions');
  const [isOpen, { open, close }] = useDisclosure(false);
  const record = useMay()('billing.write') && <Button onClick={open}>Record a transaction</Button>;
  return (
    <Page
      title="Billing"
      about="What the account paid and was refunded. Each record is kept for seven years from the transaction, also when the account is deleted, and is then deleted by itself."
      actions={record}
    >
      <Listing
        label="Transactions"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <Empty title="Nothing paid yet" action={record}>
            Card numbers are never kept here: a transaction is known by its name at Stripe.
          </Empty>
        }
      />
      <RecordTransaction isOpen={isOpen} close={close} />
    </Page>
  );
}
