import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';

/** A page: its heading (also of the window), one line on what it answers, what can be done here, and the rest. */
export function Page({
  title,
  about,
  actions,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Decorum`;
  }, [title]);
  useEffect(() => {
    const isAtWork = heading.current?.closest('main')?.contains(document.activeElement); // a field that asked for the focus itself
    if (!isAtWork) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box flex="1 1 18rem">
          <Title order={1} tabIndex={-1} ref={heading}>
            {title}
          </Title>
          {about !== undefined && (
            <Text c="dimmed" component="div" maw={720}>
              {about}
            </Text>
          )}
        </Box>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
