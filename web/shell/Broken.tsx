import { Button, Container, Stack } from '@mantine/core';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { Page } from '../parts/Page.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';

/** A page that could not be shown: what happened, and the way on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Container size="sm" py="xl">
      <Page title="This page could not be shown">
        <Stack align="flex-start">
          <ProblemNote error={error instanceof Error ? error : new Error(String(error))} />
          <Button onClick={again}>Try again</Button>
        </Stack>
      </Page>
    </Container>
  );
}

export function Missing() {
  return (
    <Container size="sm" py="xl" component="main">
      <Page title="There is no such page">
        <p>
          The address may be old or mistyped. <Link to="/">Go to the first page</Link>.
        </p>
      </Page>
    </Container>
  );
}
