import { Loader, Text } from '@mantine/core';

/** Shown only when something takes longer than 300 ms. */
export function Waiting({ what = 'Loading' }: { what?: string }) {
  return (
    <Text className="waiting" c="dimmed" role="status" component="div" py="md">
      <Loader size="xs" mr="xs" aria-hidden="true" />
      {what} …
    </Text>
  );
}
