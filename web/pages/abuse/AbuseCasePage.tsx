import { Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { Facts } from '../../parts/Facts.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { allOf } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { Words } from './Words.tsx';
import { countWords, measureWords, signWords, toneOf } from './words.ts';

type Case = Reply<'get', '/abuse-cases/{caseId}'>;

export function AbuseCasePage() {
  const { caseId } = useParams({ from: '/inside/abuse/$caseId' });
  const { data, error } = useQuery({
    queryKey: ['abuse-case', caseId],
    queryFn: () => ask('get', '/abuse-cases/{caseId}', { params: { caseId } }),
    refetchInterval: 10_000,
  });
  if (!data) return <Page title="Case of abuse">{error ? <ProblemNote error={error} /> : <Waiting />}</Page>;
  return (
    <Page title="Case of abuse" about={<State tone={toneOf(data)}>{signWords[data.sign]}</State>} actions={<Verbs of={data} />}>
      <Facts facts={factsOf(data)} />
      <section aria-label="Record">
        <Title order={2} mb="xs">
          Record
        </Title>
        <Listing label="Record" list={allOf(data.events)} columns={columns} keyOf={({ at, kind }) => at + kind} empty={null} />
      </section>
    </Page>
  );
}

function factsOf(one: Case) {
  return [
    ['State', one.endedBecause ?? one.state],
    ['Measure', measureWords[one.measure]],
    ['Counted', countWords(one.counts)],
    [
      'About',
      one.mailboxId === null ? (
        'the workspace'
      ) : (
        <Link key="mailbox" to="/mailboxes/$mailboxId" params={{ mailboxId: one.mailboxId }}>
          one mailbox
        </Link>
      ),
    ],
    ['Last seen', <When key="seen" at={one.seenAt} absolute />],
    ...(one.appeal === null ? [] : [['Appeal', one.appeal] as const]),
    ...(one.decisionNote === null ? [] : [['Decision', one.decisionNote] as const]),
  ] as const;
}

const columns: readonly Column<Case['events'][number]>[] = [
  { head: 'When', cell: ({ at }) => <When at={at} absolute /> },
  { head: 'What', cell: ({ kind }) => kind },
  { head: 'Measure', cell: ({ measure }) => measureWords[measure] },
  { head: 'Counted', cell: ({ counts }) => countWords(counts) },
];

function Verbs({ of: { id, state } }: { of: Case }) {
  const may = useMay();
  const params = { caseId: id };
  const decide = (decision: 'lift' | 'uphold') => (note: string) =>
    ask('post', '/abuse-cases/{caseId}/decide', { params, body: { decision, note } });
  return (
    <Group gap="xs">
      {state === 'open' && may('abuse.appeal') && (
        <Words
          label="Appeal"
          field="Why the measure is wrong"
          act={(words) => ask('post', '/abuse-cases/{caseId}/appeal', { params, body: { words } })}
        />
      )}
      {state !== 'ended' && may('abuse.decide') && (
        <>
          {state !== 'upheld' && <Words label="Uphold" field="Why the measure stands" act={decide('uphold')} />}
          <Words label="Lift" field="Why the measure ends" act={decide('lift')} />
        </>
      )}
    </Group>
  );
}
