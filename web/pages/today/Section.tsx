import { Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** Things to do of one kind, one under the other; nothing at all when there is none. */
export function Section<Row>({
  title,
  rows,
  keyOf,
  children,
}: {
  title: string;
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  children: (row: Row) => ReactNode;
}) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      <ul className="plain">
        {rows.map((row) => (
          <li key={keyOf(row)}>{children(row)}</li>
        ))}
      </ul>
    </section>
  );
}
