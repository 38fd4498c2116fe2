import { Alert } from '@mantine/core';
import { Refusal } from '../api.ts';

/** What went wrong, as the API says it: what happened and what to do. Read out at once. */
export function ProblemNote({ error }: { error: Error | null | undefined }) {
  if (!error) return null;
  const title = error instanceof Refusal ? error.document.title : 'The console broke';
  return (
    <Alert role="alert" color="red" variant="outline" title={title}>
      <span className="words">{error.message}</span>
    </Alert>
  );
}
