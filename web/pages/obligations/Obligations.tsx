import { Button, SegmentedControl, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ask } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { FilterField } from '../../parts/FilterField.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { useRows } from '../../parts/pages.ts';
import { useAddress } from '../../parts/SearchField.tsx';
import { State } from '../../parts/State.tsx';
import { CalendarLink } from './CalendarLink.tsx';
import { columns } from './columns.tsx';
import { dayBounds } from './days.ts';
import { Month } from './Month.tsx';
import { type Obligation, stateWords } from './promises.ts';

/** Every promise with a clock, as a table or as a month. */
export function Obligations() {
  const { search, state, clause, day, sort, view } = useSearch({ from: '/inside/obligations' });
  const [set] = useAddress();
  const filter = { search, state: state as Obligation['state'] | undefined, clause };
  const query = { ...filter, ...dayBounds(day), sort };
  const list = useRows('/obligations', { query, every: 10_000 });
  const isMonth = view === 'month';
  return (
    <ListPage
      title="Obligations"
      about="Every promise with a clock: what is due, what was kept, what was late."
      actions={
        <>
          <CalendarLink />
          <Download path="/obligations.csv" query={query} />
        </>
      }
      search="Search promises"
      filters={
        <>
          <FilterField
            name="state"
            label="State"
            all="in any state"
            choices={Object.entries(stateWords).map(([value, label]) => ({ value, label }))}
          />
          <FilterField
            name="clause"
            label="Clause"
            all="of any clause"
            choices={Array.from({ length: 17 }, (_, index) => `P${index + 1}`)}
          />
          <SegmentedControl
            aria-label="Shown as"
            value={isMonth ? 'month' : 'table'}
            onChange={(shown) => set({ view: shown === 'month' ? 'month' : undefined, day: undefined })}
            data={[
              { value: 'table', label: 'Table' },
              { value: 'month', label: 'Calendar' },
            ]}
          />
          {day !== undefined && !isMonth && (
            <Button variant="default" onClick={() => set({ day: undefined })}>
              Due on {day}: show all
            </Button>
          )}
        </>
      }
      above={<Counts />}
      instead={isMonth && <Month filter={filter} />}
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={Boolean(search || state || clause || day)}
      misfit="No promise fits"
      hint="Choose another state, clause or day."
      empty={
        <Empty title="No promise has a clock yet">
          The first one opens when somebody asks not to be written to: it is kept within seconds, and stands here with its
          evidence.
        </Empty>
      }
    />
  );
}

function Counts() {
  const { data } = useQuery({
    queryKey: ['obligation-counts'],
    queryFn: () => ask('get', '/obligations/counts'),
    refetchInterval: 10_000,
  });
  if (!data) return null;
  const { overdue, open, met, late } = data;
  return (
    <Text role="status">
      {overdue > 0 ? <State tone="bad">{overdue} overdue</State> : <State tone="good">nothing overdue</State>},{' '}
      {counted(open, 'promise')} open, {counted(met, 'promise')} kept, {counted(late, 'promise')} kept late.
    </Text>
  );
}
