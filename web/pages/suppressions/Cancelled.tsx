import { Button, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { counted } from '../../parts/Count.tsx';

/** What a suppression has cancelled, in numbers. */
export function Cancelled({
  cancelled: { sends, enrolments, tasks },
  close,
  children,
}: {
  cancelled: { sends: number; enrolments: number; tasks: number };
  close: () => void;
  children?: ReactNode;
}) {
  return (
    <Stack role="status">
      {children}
      <Text>
        In force now. Cancelled at once: {counted(sends, 'waiting message')}, {counted(enrolments, 'sequence')} under way,{' '}
        {counted(tasks, 'task')}.
      </Text>
      <Button onClick={close} data-autofocus>
        Done
      </Button>
    </Stack>
  );
}
