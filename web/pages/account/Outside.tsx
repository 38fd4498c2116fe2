import { Container } from '@mantine/core';
import type { ReactNode } from 'react';
import { Page } from '../../parts/Page.tsx';

/** A page before the log-in. */
export function Outside({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  return (
    <Container size={460} py={64} component="main">
      <Page title={title} {...(about !== undefined && { about })}>
        {children}
      </Page>
    </Container>
  );
}

/** The token of a letter's link. It stands behind the `#`, which a browser keeps to itself. */
export function tokenOfLetter(): string {
  return window.location.hash.slice(1);
}

/** The zone that the browser is set to: a good first guess for its owner's. */
export const zoneHere = Intl.DateTimeFormat().resolvedOptions().timeZone;
