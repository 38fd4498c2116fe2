import { Button, Group, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { addressOf, ask, type Reply } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useAddress } from '../../parts/SearchField.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { Figures } from './Figures.tsx';
import { Rate } from './Rate.tsx';

type Flow = Reply<'get', '/reports'>['total'];

/** What left in a time over all launches, and what came back of it. */
export function Overview() {
  const { from, to } = useSearch({ from: '/inside/reports' });
  const [set] = useAddress();
  const query = { from: startOf(from), to: startOf(to, 1) };
  const { data, error } = useQuery({
    queryKey: ['reports', from, to],
    queryFn: () => ask('get', '/reports', { query }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Reports"
      about="Messages of all launches by when they left, and what came back of them, whenever that was."
      actions={
        <Button component="a" variant="default" href={addressOf('/reports.csv', {}, query)} download>
          Export CSV, by step and variant
        </Button>
      }
    >
      <Group align="flex-end">
        <TextInput
          type="date"
          label="From"
          value={from ?? ''}
          max={to}
          onChange={(event) => set({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label="Until the end of"
          value={to ?? ''}
          min={from}
          onChange={(event) => set({ to: event.currentTarget.value || undefined })}
        />
        {data && (
          <span>
            <When at={data.from} absolute /> to <When at={data.to} absolute />
          </span>
        )}
      </Group>
      <ProblemNote error={error} />
      {!data && !error && <Waiting what="Counting" />}
      {data && (
        <>
          <Figures title="All together" rows={[data.total]} columns={flow} keyOf={() => 'total'} />
          <Figures
            title="By sequence"
            rows={data.sequences}
            columns={[
              {
                head: 'Sequence',
                cell: ({ sequenceId, name }) => (
                  <Link to="/sequences/$sequenceId" params={{ sequenceId }}>
                    {name}
                  </Link>
                ),
              },
              ...flow,
            ]}
            keyOf={({ sequenceId }) => sequenceId}
          />
          <Figures
            title="By rep"
            rows={data.reps}
            columns={[{ head: 'Rep', cell: ({ name }) => name }, ...flow]}
            keyOf={({ userId }) => userId}
          />
          <Figures
            title="By mailbox"
            rows={data.mailboxes}
            columns={[{ head: 'Mailbox', cell: ({ address }) => address }, ...flow]}
            keyOf={({ mailboxId }) => mailboxId}
          />
        </>
      )}
    </Page>
  );
}

const flow: readonly Column<Flow>[] = [
  { head: 'Sent', numeric: true, cell: ({ sent }) => <Count of={sent} /> },
  { head: 'People reached', numeric: true, cell: ({ reached }) => <Count of={reached} /> },
  { head: 'Unknown', numeric: true, cell: ({ unknown }) => <Count of={unknown} /> },
  { head: 'Bounced', numeric: true, cell: ({ rates }) => <Rate rate={rates.bounced} /> },
  { head: 'Replied', numeric: true, cell: ({ rates }) => <Rate rate={rates.replied} /> },
  { head: 'Unsubscribed', numeric: true, cell: ({ rates }) => <Rate rate={rates.unsubscribed} /> },
  { head: 'Complained', numeric: true, cell: ({ rates }) => <Rate rate={rates.complained} /> },
];

/** The instant at which a day begins where the viewer is, `later` days on; undefined for what is no day. */
function startOf(day: string | undefined, later = 0): string | undefined {
  const [year, month, date] =
    /^(\d{4})-(\d\d)-(\d\d)$/
      .exec(day ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  if (year === undefined || month === undefined || date === undefined) return undefined;
  return new Date(year, month - 1, date + later).toISOString();
}
