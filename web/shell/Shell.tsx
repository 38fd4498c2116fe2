import { AppShell, Badge, Burger, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ask } from '../api.ts';
import { useSaving } from '../parts/saving.ts';
import { Keys } from './Keys.tsx';
import { LegalClock } from './legalClock.tsx';
import { places } from './places.ts';
import { sessionQuery, useMay, useSession } from './session.ts';

/** The frame of every page: where one is, where one can go, whose workspace it is. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const { tenant, lacksFactor } = useSession();
  const navigate = useNavigate();
  const { dataUpdatedAt } = useQuery(sessionQuery);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(close, [path, close]);
  // The workspace may come to want a second factor while one is at work in it: from then on only the account's page answers.
  useEffect(() => {
    if (lacksFactor && path !== '/account') void navigate({ to: '/account' });
  }, [lacksFactor, path, navigate]);
  return (
    <LegalClock at={tenant.legalNow} seenAt={dataUpdatedAt} factor={tenant.clockFactor}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell header={{ height: 52 }} navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !isOpen } }} padding="md">
        <AppShell.Header className="no-print">
          <Group h="100%" px="md" gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Navigation"
              aria-expanded={isOpen}
              aria-controls="places"
            />
            <Text fw={700}>Decorum</Text>
            <Text c="dimmed" truncate visibleFrom="xs">
              {tenant.name}
            </Text>
            <Clock kind={tenant.kind} factor={tenant.clockFactor} />
            <User />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="sm" className="no-print" id="places" aria-label="Pages">
          <Places />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1}>
          <Outlet />
        </AppShell.Main>
      </AppShell>
      <Keys />
    </LegalClock>
  );
}

function Places() {
  const may = useMay();
  const open = places.filter(({ action }) => may(action));
  // What one comes for stands on top: the day's work, the machine, or the promises.
  const first = may('tasks.read') ? 'Outreach' : may('system.read') ? 'Workspace' : 'Promises';
  const groups = [...new Set(open.map(({ group }) => group))].toSorted((a, b) => Number(b === first) - Number(a === first));
  return groups.map((group) => (
    <div key={group} role="group" aria-label={group} className="nav-group">
      {groups.length > 1 && (
        <Text c="dimmed" size="xs" aria-hidden="true">
          {group}
        </Text>
      )}
      {open
        .filter((place) => place.group === group)
        .map(({ to, label }) => (
          <Link key={to} to={to} className="nav-link">
            {label}
          </Link>
        ))}
    </div>
  ));
}

/** What is not a real workspace says so on every page: nothing leaves it, and its time may run faster. */
function Clock({ kind, factor }: { kind: string; factor: number }) {
  if (kind === 'real') return null;
  return (
    <Badge variant="outline" color="gray" autoContrast c="var(--mantine-color-text)" tt="none" flex="none">
      {kind}
      {factor > 1 && (
        <Text span inherit visibleFrom="xs">
          , clock ×{factor}
        </Text>
      )}
    </Badge>
  );
}

function User() {
  const { user } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { save, isSaving } = useSaving(
    () => ask('delete', '/session'),
    () => {
      queries.clear();
      void navigate({ to: '/log-in' });
    },
  );
  return (
    <Group gap="sm" wrap="nowrap" ml="auto">
      <Link to="/account" className="nav-link">
        <Text component="span" visibleFrom="sm" c="dimmed">
          {user.name}, {user.role}
        </Text>
        <Text component="span" hiddenFrom="sm">
          Account
        </Text>
      </Link>
      <Button variant="default" size="xs" onClick={() => save()} loading={isSaving}>
        Log out
      </Button>
    </Group>
  );
}
