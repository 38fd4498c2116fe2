import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Empty } from './Empty.tsx';
import { type Column, Listing } from './Listing.tsx';
import { Page } from './Page.tsx';
import type { Rows } from './pages.ts';
import { SearchField } from './SearchField.tsx';

interface Shown<Item> {
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  /** What the search looks for; absent: this list cannot be searched. */
  readonly search?: string;
  readonly filters?: ReactNode;
  readonly list: Rows<Item>;
  readonly columns: readonly Column<Item>[];
  readonly keyOf: (row: Item) => string;
  /** Whether the address leaves anything out: then an empty list means that nothing fits, not that there is nothing yet. */
  readonly isFiltered: boolean;
  readonly misfit: string;
  readonly hint?: string;
  readonly empty: ReactNode;
  /** Between the filters and the list. */
  readonly above?: ReactNode;
  /** Another view of the same: shown in the list's place. */
  readonly instead?: ReactNode;
  readonly children?: ReactNode;
}

/** A page that is a list: search and filters, rows, and in an empty list what to do first. */
export function ListPage<Item>({
  title,
  about,
  actions,
  search,
  filters,
  list,
  columns,
  keyOf,
  isFiltered,
  misfit,
  hint = 'Try fewer letters.',
  empty,
  above,
  instead,
  children,
}: Shown<Item>) {
  return (
    <Page title={title} about={about} actions={actions}>
      {(search !== undefined || filters !== undefined) && (
        <Group align="flex-end">
          {search !== undefined && <SearchField label={search} />}
          {filters}
        </Group>
      )}
      {above}
      {instead || (
        <Listing
          label={title}
          list={list}
          columns={columns}
          keyOf={keyOf}
          empty={isFiltered ? <Empty title={misfit}>{hint}</Empty> : empty}
        />
      )}
      {children}
    </Page>
  );
}
