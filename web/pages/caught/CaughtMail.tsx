import { Link } from '@tanstack/react-router';
import { Refusal, type Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { When } from '../../parts/When.tsx';

const columns: readonly Column<Row<'/caught-mail'>>[] = [
  {
    head: 'Subject',
    cell: ({ id, subject }) => (
      <Link to="/caught-mail/$messageId" params={{ messageId: id }}>
        {subject || 'without a subject'}
      </Link>
    ),
  },
  { head: 'To', cell: ({ to }) => to },
  { head: 'From', cell: ({ from }) => from },
  { head: 'Caught', cell: ({ caughtAt }) => <When at={caughtAt} /> },
];

/** Every e-mail that would have left, where a catcher stands in for the world's mail servers. */
export function CaughtMail() {
  const list = useRows('/caught-mail', { every: 3_000 });
  const isWithout = list.error instanceof Refusal && list.error.status === 404;
  return (
    <Page title="Caught mail" about="E-mails that this machine kept instead of sending them: what people would have got.">
      {isWithout ? (
        <Empty title="Nothing catches mail here">
          Messages really leave from this installation. A mail catcher runs beside a demo: start one with{' '}
          <code>npm start -- --demo</code>.
        </Empty>
      ) : (
        <Listing
          label="Caught mail"
          list={list}
          columns={columns}
          keyOf={({ id }) => id}
          empty={
            <Empty title="No e-mail yet">
              Launch a sequence over a mailbox of the catcher, or send yourself a test from a sequence: it stands here a moment
              later.
            </Empty>
          }
        />
      )}
    </Page>
  );
}
