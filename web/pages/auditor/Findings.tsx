import { Title } from '@mantine/core';
import { ask, type Row } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { inWords, State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';

type Finding = Row<'/auditor/findings'>;

const columns: readonly Column<Finding>[] = [
  {
    head: 'Found',
    cell: ({ invariant, isMachine }) => (
      <>
        {inWords(invariant)} {isMachine && <State>the installation</State>}
      </>
    ),
  },
  { head: 'Where', cell: ({ subject }) => <code>{subject}</code> },
  { head: 'First seen', cell: ({ firstSeenAt }) => <When at={firstSeenAt} absolute /> },
  { head: 'State', cell: (finding) => <Standing finding={finding} /> },
];

/** What was ever found: evidence, also once it has mended. */
export function Findings() {
  const list = useRows('/auditor/findings', { every: 10_000 });
  return (
    <section aria-label="Findings">
      <Title order={2} mb="xs">
        Findings
      </Title>
      <Listing
        label="Findings"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <Empty title="Nothing was ever found">
            Each broken promise would stand here, with what it is about and since when.
          </Empty>
        }
      />
    </section>
  );
}

function Standing({ finding: { id, mendedAt, settledAt, canSettle } }: { finding: Finding }) {
  const may = useMay();
  if (mendedAt !== null)
    return (
      <State tone="good">
        mended, <When at={mendedAt} absolute />
      </State>
    );
  if (settledAt !== null)
    return (
      <State>
        settled, <When at={settledAt} absolute />
      </State>
    );
  return (
    <>
      <State tone="bad">stands</State>{' '}
      {canSettle && may('auditor.write') && (
        <Confirm
          label="Settle"
          size="xs"
          title="Has this been dealt with?"
          act={() => ask('post', '/auditor/findings/{findingId}/settle', { params: { findingId: id } })}
        >
          It stays in the record with your name, and does not alarm any more.
        </Confirm>
      )}
    </>
  );
}
