import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { KeyboardEvent, ReactNode } from 'react';
import type { Rows } from './pages.ts';
import { ProblemNote } from './ProblemNote.tsx';
import { useAddress } from './SearchField.tsx';
import { Waiting } from './Waiting.tsx';

export interface Column<Item> {
  readonly head: string;
  readonly numeric?: boolean;
  /** The API's name for the order by this column, where it has one: the head becomes a button. */
  readonly sort?: string;
  readonly cell: (row: Item) => ReactNode;
}

/** A list: rows with their first link as what Enter opens, arrows between them, and the next page on demand. */
export function Listing<Item>({
  label,
  list,
  columns,
  keyOf,
  empty,
}: {
  label: string;
  list: Rows<Item>;
  columns: readonly Column<Item>[];
  keyOf: (row: Item) => string;
  empty: ReactNode;
}) {
  if (list.error) return <ProblemNote error={list.error} />;
  if (!list.rows) return <Waiting />;
  if (list.rows.length === 0) return empty;
  return (
    <>
      {/* Roles are said again because a table that is laid out as blocks on a small screen would lose them. */}
      <table className="listing" role="table" aria-label={label} onKeyDown={walk}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Head key={column.head} {...column} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {list.rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map(({ head, numeric, cell }) => (
                <td key={head} role="cell" data-label={head} className={numeric ? 'number' : undefined}>
                  <div>{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {list.isMore && (
        <Button variant="default" onClick={list.more} loading={list.isLoadingMore} mt="sm">
          Show more
        </Button>
      )}
    </>
  );
}

/** The head of a column; hit once, the list is ordered by it, twice, backwards. The order stands in the address. */
function Head({ head, numeric, sort }: { head: string; numeric?: boolean; sort?: string }) {
  const { sort: given } = useSearch({ strict: false });
  const [set] = useAddress();
  const look = numeric ? 'number' : undefined;
  if (sort === undefined) {
    return (
      <th role="columnheader" scope="col" className={look}>
        {head}
      </th>
    );
  }
  const order = given === sort ? 'ascending' : given === `-${sort}` ? 'descending' : 'none';
  return (
    <th role="columnheader" scope="col" className={look} aria-sort={order}>
      <button type="button" className="order" onClick={() => set({ sort: order === 'ascending' ? `-${sort}` : sort })}>
        {head}
        <span aria-hidden="true">{{ ascending: ' ↑', descending: ' ↓', none: ' ↕' }[order]}</span>
      </button>
    </th>
  );
}

/** Up and down go to the link of the row above or below. */
function walk(event: KeyboardEvent<HTMLTableElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  if (!(event.target instanceof HTMLElement) || event.target.closest('input, select, textarea')) return;
  const rows = [...event.currentTarget.querySelectorAll('tbody tr')];
  const at = rows.indexOf(event.target.closest('tr') as Element);
  const next = rows[at + (event.key === 'ArrowDown' ? 1 : -1)]?.querySelector<HTMLElement>('a, button, input');
  if (!next) return;
  event.preventDefault();
  next.focus();
}
