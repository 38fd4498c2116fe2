import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { AddNumber } from './AddNumber.tsx';
import { bases } from './bases.ts';
import { ImportNumbers } from './ImportNumbers.tsx';
import { Looked } from './Looked.tsx';

type Request = Row<'/do-not-call-requests'>;

const columns: readonly Column<Request>[] = [
  { head: 'Asked', cell: ({ askedAt }) => <When at={askedAt} /> },
  { head: 'How', cell: ({ basis }) => bases[basis] },
  { head: 'Numbers', numeric: true, cell: ({ numbers }) => <Count of={numbers} /> },
  { head: 'Calls closed', numeric: true, cell: ({ closedTasks }) => <Count of={closedTasks} /> },
  { head: 'Clearances taken back', numeric: true, cell: ({ withdrawnClearances }) => <Count of={withdrawnClearances} /> },
  {
    head: 'State',
    cell: ({ answeredAt }) => (
      <State tone="good">{answeredAt === null ? 'in force, its calls are being closed' : 'in force'}</State>
    ),
  },
];

/** Who is never called: only keyed hashes are kept, for good, so one looks for a whole number. */
export function DoNotCall() {
  const { search = '' } = useSearch({ from: '/inside/do-not-call' });
  const [isAdding, adding] = useDisclosure(false);
  const [isImporting, importing] = useDisclosure(false);
  const may = useMay();
  const list = useRows('/do-not-call-requests', { every: 5_000 });
  const actions = may('do-not-call.write') && (
    <>
      <Button variant="default" onClick={importing.open}>
        Import CSV
      </Button>
      <Button onClick={adding.open}>Add a number</Button>
    </>
  );
  return (
    <ListPage
      title="Do not call"
      about="Numbers that nobody here calls, for good: a request is in force for everybody when it is answered."
      actions={actions}
      search="Look for a whole number"
      above={search !== '' && <Looked number={search} />}
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={false}
      misfit=""
      empty={<Empty title="Nobody has asked yet">Requests from calls, e-mails, forms, the API and imports stand here.</Empty>}
    >
      <AddNumber isOpen={isAdding} close={adding.close} />
      <ImportNumbers isOpen={isImporting} close={importing.close} />
    </ListPage>
  );
}
