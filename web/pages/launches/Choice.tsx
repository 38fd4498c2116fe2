import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';

/** Something to choose from, or the way to the first of it. */
export function Choice({
  label,
  list,
  none,
  to,
  children,
}: {
  label: string;
  list: { rows: readonly unknown[] | undefined; error: Error | null };
  none: string;
  to: '/contacts/import' | '/mailboxes/new';
  children: ReactNode;
}) {
  if (list.error) return <ProblemNote error={list.error} />;
  if (!list.rows) return <Waiting what={label} />;
  if (list.rows.length > 0) return children;
  return (
    <p>
      <strong>{label}.</strong> {none} <Link to={to}>Do it now</Link>
    </p>
  );
}
