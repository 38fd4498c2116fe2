import type { Reply } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { allOf } from '../../parts/pages.ts';
import { State, type Tone } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';

type Registry = Reply<'get', '/call-registries'>['items'][number];

const tones: Readonly<Record<Registry['state'], Tone>> = { 'in force': 'good', 'stale soon': 'warn', stale: 'bad' };

export const nameOf = (list: string): string =>
  list === 'federal' ? 'Federal Do Not Call Registry' : `${list} do-not-call list`;

const columns: readonly Column<Registry>[] = [
  { head: 'List', cell: ({ list }) => nameOf(list) },
  { head: 'Area code', cell: ({ areaCode }) => (areaCode === 0 ? 'all' : areaCode) },
  { head: 'Numbers', numeric: true, cell: ({ numbers }) => <Count of={numbers} /> },
  { head: 'Data of', cell: ({ dataOn }) => dataOn },
  {
    head: 'State',
    cell: ({ state, daysLeft }) => (
      <>
        <State tone={tones[state]}>{state}</State>
        {daysLeft > 0 && `, ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'} left`}
      </>
    ),
  },
  { head: 'Account', cell: ({ account }) => account },
  { head: 'Loaded', cell: ({ loadedAt }) => <When at={loadedAt} absolute /> },
];

/** The lists in force, the oldest data first: from day 31 on they clear no call. */
export function Registries({ items }: { items: Registry[] }) {
  return (
    <Listing
      label="Registries in force"
      list={allOf(items)}
      columns={columns}
      keyOf={({ list, areaCode }) => `${list} ${areaCode}`}
      empty={
        <Empty title="No registry is loaded">
          Nobody can be called before the federal registry is loaded for their area code, and the list of their state where it
          keeps one.
        </Empty>
      }
    />
  );
}
