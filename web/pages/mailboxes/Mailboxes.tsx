import { Link, useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Count } from '../../parts/Count.tsx';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { Next } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { MailboxState } from './MailboxState.tsx';

const columns: readonly Column<Row<'/mailboxes'>>[] = [
  {
    head: 'Address',
    sort: 'address',
    cell: ({ id, address }) => (
      <Link to="/mailboxes/$mailboxId" params={{ mailboxId: id }}>
        {address}
      </Link>
    ),
  },
  { head: 'Name', sort: 'name', cell: ({ fromName }) => fromName },
  { head: 'Kind', cell: ({ kind }) => (kind === 'rep' ? "rep's mailbox" : 'relay') },
  { head: 'State', sort: 'state', cell: (mailbox) => <MailboxState mailbox={mailbox} /> },
  { head: 'Sent in 24 h', numeric: true, sort: 'sent', cell: ({ sentInDay }) => <Count of={sentInDay} /> },
  { head: 'Cap', numeric: true, cell: ({ cap }) => (cap === null ? 'none' : <Count of={cap} />) },
  { head: 'Waiting', numeric: true, sort: 'waiting', cell: ({ waiting }) => <Count of={waiting} /> },
  { head: 'Next', cell: ({ nextSendAt, waiting }) => (waiting > 0 && nextSendAt !== null ? <Next at={nextSendAt} /> : '–') },
];

export function Mailboxes() {
  const { search, sort } = useSearch({ from: '/inside/mailboxes' });
  const list = useRows('/mailboxes', { query: { search, sort }, every: 10_000 });
  const canAdd = useMay()('mailboxes.write');
  const add = canAdd && <ButtonLink to="/mailboxes/new">Add a mailbox</ButtonLink>;
  return (
    <ListPage
      title="Mailboxes"
      about="Where messages leave from, how many may go, and what is waiting."
      actions={
        <>
          <Download path="/mailboxes/export" query={{ search, sort }} />
          {add}
        </>
      }
      search="Search mailboxes"
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={Boolean(search)}
      misfit="No mailbox fits"
      empty={
        <Empty title="No mailbox yet" action={add}>
          A launch sends over mailboxes. Add yours: its SMTP server, and the DKIM key that signs its messages.
        </Empty>
      }
    />
  );
}
