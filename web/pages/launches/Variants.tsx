import { Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask, type Reply } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { counted } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State, type Tone } from '../../parts/State.tsx';
import { subjectOf } from '../../parts/subject.ts';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import type { Launch } from './LaunchPage.tsx';

type Test = Reply<'get', '/launches/{launchId}/variants'>['tests'][number];
type Variant = Test['variants'][number];

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
// Downwards: what is not quite 95 % must not be shown as if it were.
const sure = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1, roundingMode: 'floor' });

/** What the wordings of each step that is tried in several brought so far, and the rep's own choice among them. */
export function Variants({ launch: { id, state } }: { launch: Launch }) {
  const isOver = state === 'finished' || state === 'stopped';
  const { data, error } = useQuery({
    queryKey: ['variants', id],
    queryFn: () => ask('get', '/launches/{launchId}/variants', { params: { launchId: id } }),
    refetchInterval: isOver ? false : 5_000,
  });
  if (error) return <ProblemNote error={error} />;
  return data?.tests.map((test) => <TestResult key={test.stepId} launchId={id} test={test} isOver={isOver} />);
}

function TestResult({ launchId, test, isOver }: { launchId: string; test: Test; isOver: boolean }) {
  const canPick = useMay()('launches.write') && !isOver;
  const title = `Variants of step ${test.number}`;
  const columns: readonly Column<Variant>[] = [
    { head: 'Variant', cell: ({ variant, subject }) => `${variant}. ${subject === '' ? 'in the thread' : subjectOf(subject)}` },
    { head: 'State', cell: ({ state }) => <State tone={tones[state]}>{state}</State> },
    { head: 'Replied', numeric: true, cell: ({ replied }) => <Between rate={replied} /> },
    { head: 'Opted out', numeric: true, cell: ({ optedOut }) => <Between rate={optedOut} /> },
    ...(canPick
      ? [
          {
            head: 'Actions',
            cell: ({ variant, state }: Variant) =>
              (state === 'running' || state === 'lost') && (
                <Pick launchId={launchId} stepId={test.stepId} variant={variant} others={test.variants.length - 1} />
              ),
          },
        ]
      : []),
  ];
  return (
    <Stack component="section" gap="xs" aria-label={title}>
      <Title order={2}>{title}</Title>
      <Listing
        label={title}
        list={{ rows: test.variants, error: null, isMore: false, isLoadingMore: false, more: () => undefined }}
        columns={columns}
        keyOf={({ variant }) => variant}
        empty={null}
      />
      <Standing test={test} />
    </Stack>
  );
}

const tones: Readonly<Record<Variant['state'], Tone>> = { running: 'quiet', won: 'good', lost: 'quiet', stopped: 'bad' };

/** A rate is of few people as a rule: between which rates the true one lies says how little it says. */
function Between({ rate: { count, of, low, high } }: { rate: Variant['replied'] }) {
  return (
    <span className="tabular">
      {count} of {of}
      {low !== null && high !== null && (
        <>
          , {percent.format(count / of)}
          <div>
            likely {percent.format(low)} to {percent.format(high)}
          </div>
        </>
      )}
    </span>
  );
}

/** What the last look said, what was decided, and when it will be looked again. */
function Standing({ test: { replies, optOuts, decisions } }: { test: Test }) {
  return (
    <ul>
      {decisions.map(({ variant, verdict, because, at, byName }) => (
        <li key={`${variant} ${at}`}>
          Variant {variant} {verdict} <When at={at} />: {reasons[because]}
          {byName !== null && `, ${byName}`}.
        </li>
      ))}
      {replies.last && (
        <li>
          At {counted(replies.last.responses, 'reply', 'replies')} variant {replies.last.foremost} led, with{' '}
          {sure.format(replies.last.confidence)} confidence; 95 % decide.
        </li>
      )}
      {optOuts.last && (
        <li>
          At {counted(optOuts.last.responses, 'opt-out')} variant {optOuts.last.foremost} had most, with{' '}
          {sure.format(optOuts.last.confidence)} confidence; 95 % stop it.
        </li>
      )}
      {replies.nextAt !== null && optOuts.nextAt !== null && (
        <li>
          The next look comes at {counted(replies.nextAt, 'reply', 'replies')} or {counted(optOuts.nextAt, 'opt-out')}: looking
          after each would find a winner among equals.
        </li>
      )}
    </ul>
  );
}

const reasons = {
  replies: 'significantly more people answered it',
  opt_outs: 'significantly more people opted out of it',
  by_hand: 'picked by hand',
} as const;

function Pick({
  launchId,
  stepId,
  variant,
  others,
}: {
  launchId: string;
  stepId: string;
  variant: Variant['variant'];
  others: number;
}) {
  return (
    <Confirm
      label={`Pick ${variant}`}
      title={`Let variant ${variant} win?`}
      size="xs"
      act={() => ask('post', '/launches/{launchId}/variants/winner', { params: { launchId }, body: { stepId, variant } })}
    >
      Whoever gets this step from now on gets variant {variant}, and nobody {counted(others, 'other wording')}. The test ends; you
      can pick another one later.
    </Confirm>
  );
}
