import { Button, Group, Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { counted } from '../../parts/Count.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { TemporalLink } from '../../parts/TemporalLink.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { useMay, useSession } from '../../shell/session.ts';
import { Calendar } from './Calendar.tsx';
import { plays, RehearsalState } from './RehearsalState.tsx';

type Rehearsal = Reply<'get', '/rehearsals/{rehearsalId}'>;

/** The next weeks of a launch that has not been launched: what would go when, and what would be held and why. */
export function RehearsalPage() {
  const { rehearsalId } = useParams({ from: '/inside/rehearsals/$rehearsalId' });
  const params = { rehearsalId };
  const { data, error } = useQuery({
    queryKey: ['rehearsal', rehearsalId],
    queryFn: () => ask('get', '/rehearsals/{rehearsalId}', { params }),
    refetchInterval: ({ state }) => (state.data && !plays(state.data.state) ? false : 1_500),
  });
  if (!data) return <Page title="Rehearsal">{error ? <ProblemNote error={error} /> : <Waiting />}</Page>;
  return (
    <Page title={`Rehearsal: ${data.sequenceName}`} about={<About rehearsal={data} />} actions={<Verbs rehearsal={data} />}>
      {error && <ProblemNote error={error} />}
      {plays(data.state) && <Playing rehearsal={data} />}
      {data.state === 'cancelled' && <Text>It was cancelled: nothing is kept of it, and nothing was sent.</Text>}
      {data.state === 'done' && (
        <>
          <Sums rehearsal={data} />
          <Calendar rehearsalId={rehearsalId} fromAt={data.fromAt} untilAt={data.untilAt} />
        </>
      )}
    </Page>
  );
}

function About({ rehearsal: { id, state, version, createdAt, weeks } }: { rehearsal: Rehearsal }) {
  const { tenant } = useSession();
  return (
    <Group gap="md">
      <RehearsalState state={state} />
      <span>
        version {version}, {counted(weeks, 'week')} from <When at={createdAt} absolute />
      </span>
      <span>nothing of it was sent</span>
      <TemporalLink workflowId={`rehearsal/${tenant.id}/${id}`} />
    </Group>
  );
}

function Playing({ rehearsal: { fromAt, untilAt, reachedAt } }: { rehearsal: Rehearsal }) {
  const [from, until, reached] = [fromAt, untilAt, reachedAt ?? fromAt].map((at) => Date.parse(at)) as [number, number, number];
  return (
    <div role="status">
      <Text>
        {reachedAt === null ? (
          'The lists are being taken in.'
        ) : (
          <>
            It has come to <When at={reachedAt} absolute />, and ends when everybody is through, at the latest on{' '}
            <When at={untilAt} absolute />.
          </>
        )}
      </Text>
      <Progress.Root size="lg" mt="xs">
        <Progress.Section value={Math.min(100, (100 * (reached - from)) / (until - from))} aria-label="How far it has come" />
      </Progress.Root>
    </div>
  );
}

function Sums({ rehearsal: { people, messages, tasks, blocked, unfinished, weeks } }: { rehearsal: Rehearsal }) {
  return (
    <Facts
      facts={[
        ['People who start', counted(people, 'person', 'people')],
        ['Messages', counted(messages, 'message')],
        ['Calls and tasks', counted(tasks, 'task')],
        ['Blocked', counted(blocked, 'person', 'people')],
        [`Not through after ${counted(weeks, 'week')}`, counted(unfinished, 'person', 'people')],
      ]}
    />
  );
}

function Verbs({ rehearsal: { id, state } }: { rehearsal: Rehearsal }) {
  const navigate = useNavigate();
  const params = { rehearsalId: id };
  const cancel = useSaving(() => ask('post', '/rehearsals/{rehearsalId}/cancel', { params }));
  if (!useMay()('launches.write')) return null;
  if (plays(state)) {
    return (
      <Button variant="default" onClick={() => cancel.save()} loading={cancel.isSaving}>
        Cancel the rehearsal
      </Button>
    );
  }
  return (
    <Confirm
      label="Delete"
      title="Delete this rehearsal?"
      dangerous
      act={async () => {
        await ask('delete', '/rehearsals/{rehearsalId}', { params });
        await navigate({ to: '/rehearsals' });
      }}
    >
      Its calendar goes. Nothing was sent, and nothing that is sent changes.
    </Confirm>
  );
}
