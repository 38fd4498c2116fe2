import { Title } from '@mantine/core';
import { type Column, Listing } from '../../parts/Listing.tsx';

/** A table of everything there is: nothing is left to load. */
export function Figures<Item>({
  title,
  rows,
  columns,
  keyOf,
}: {
  title: string;
  rows: Item[];
  columns: readonly Column<Item>[];
  keyOf: (row: Item) => string;
}) {
  return (
    <section aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      <Listing
        label={title}
        list={{ rows, error: null, isMore: false, isLoadingMore: false, more: () => undefined }}
        columns={columns}
        keyOf={keyOf}
        empty={<p>Nothing yet.</p>}
      />
    </section>
  );
}
