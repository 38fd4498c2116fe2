import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask, type Reply } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Count } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { allOf } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { Findings } from './Findings.tsx';

type Shown = Reply<'get', '/auditor'>;
type Invariant = Shown['invariants'][number];

/** Whether every promise holds at this instant, by somebody who trusts nobody. */
export function Auditor() {
  const { data, error } = useQuery({
    queryKey: ['auditor'],
    queryFn: () => ask('get', '/auditor'),
    refetchInterval: 10_000,
  });
  return (
    <Page
      title="Auditor"
      about="A process of its own looks every minute for a broken promise, by its own queries. What it finds stays here."
    >
      <ProblemNote error={error} />
      {!data && !error && <Waiting />}
      {data && <Standing auditor={data} />}
      <Findings />
    </Page>
  );
}

function Standing({ auditor: { lookedAt, isSilent, heldSince, invariants } }: { auditor: Shown }) {
  const may = useMay();
  return (
    <>
      <p>
        <State tone={isSilent ? 'bad' : 'good'}>
          {lookedAt === null
            ? 'The auditor has never looked'
            : isSilent
              ? 'The auditor is silent: it last looked '
              : 'It last looked '}
          {lookedAt !== null && <When at={lookedAt} absolute />}
        </State>
      </p>
      {heldSince !== null && (
        <section aria-label="Sending is stopped">
          <p>
            <State tone="bad">
              The auditor has stopped all sending of this workspace, <When at={heldSince} />
            </State>
          </p>
          {may('auditor.write') && (
            <Confirm label="Let the sending go on" title="Let the sending go on?" act={() => ask('post', '/auditor/release')}>
              Each finding behind the stop must have been settled. What was due meanwhile leaves in the next windows.
            </Confirm>
          )}
        </section>
      )}
      <section aria-label="Promises">
        <Title order={2} mb="xs">
          Promises that are watched
        </Title>
        <Listing label="Promises" list={allOf(invariants)} columns={columns} keyOf={({ name }) => name} empty={null} />
      </section>
    </>
  );
}

const columns: readonly Column<Invariant>[] = [
  { head: 'Promise', cell: ({ promise }) => promise },
  { head: 'Clause', cell: ({ clause }) => clause ?? '–' },
  { head: 'Broken', numeric: true, cell: ({ broken }) => <Count of={broken} /> },
  { head: 'State', cell: (invariant) => <Holds invariant={invariant} /> },
];

function Holds({ invariant: { lookedAt, failed, broken } }: { invariant: Invariant }) {
  if (broken > 0) return <State tone="bad">broken</State>;
  if (failed) return <State tone="bad">could not be looked at</State>;
  if (lookedAt === null) return <State tone="warn">not looked at yet</State>;
  return <State tone="good">holds</State>;
}
