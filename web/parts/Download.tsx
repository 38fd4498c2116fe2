import { Button } from '@mantine/core';
import { addressOf, type PathOf } from '../api.ts';

/** A file of the API that the browser keeps: what is on the page, by the same filter. */
export function Download({
  path,
  params,
  query,
  label = 'Export CSV',
}: {
  path: PathOf<'get'>;
  params?: Readonly<Record<string, string>>;
  query?: object;
  label?: string;
}) {
  return (
    <Button component="a" variant="default" href={addressOf(path, params, query)} download>
      {label}
    </Button>
  );
}
