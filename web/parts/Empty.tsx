import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** An empty list says what would be in it, and what to do first. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack className="panel" gap="xs" align="flex-start">
      <Title order={2}>{title}</Title>
      {children !== undefined && <Text maw={640}>{children}</Text>}
      {action}
    </Stack>
  );
}
