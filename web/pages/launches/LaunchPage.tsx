import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { TemporalLink } from '../../parts/TemporalLink.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { Next, When } from '../../parts/When.tsx';
import { useSession } from '../../shell/session.ts';
import { LaunchState } from './LaunchState.tsx';
import { LaunchVerbs } from './LaunchVerbs.tsx';
import { People } from './People.tsx';
import { Progress } from './Progress.tsx';
import { SendsPerDay } from './SendsPerDay.tsx';
import { Variants } from './Variants.tsx';

export type Launch = Reply<'get', '/launches/{launchId}'>;

export function LaunchPage() {
  const { launchId } = useParams({ from: '/inside/launches/$launchId' });
  const { data, error } = useQuery({
    queryKey: ['launch', launchId],
    queryFn: () => ask('get', '/launches/{launchId}', { params: { launchId } }),
    refetchInterval: ({ state }) => (state.data?.state === 'finished' || state.data?.state === 'stopped' ? false : 3_000),
  });
  if (!data) return <Page title="Launch">{error ? <ProblemNote error={error} /> : <Waiting />}</Page>;
  return (
    <Page title={data.sequenceName} about={<About launch={data} />} actions={<LaunchVerbs launch={data} />}>
      {error && <ProblemNote error={error} />}
      <Progress launch={data} />
      <SendsPerDay launchId={launchId} />
      <Variants launch={data} />
      <People launchId={launchId} sequenceName={data.sequenceName} />
    </Page>
  );
}

function About({ launch: { id, sequenceId, version, newestVersion, state, createdAt, nextAt, listsLeft } }: { launch: Launch }) {
  const { tenant } = useSession();
  return (
    <Group gap="md">
      <LaunchState state={state} />
      <span>
        <Link to="/sequences/$sequenceId" params={{ sequenceId }} search={{ version: String(version) }}>
          version {version}
        </Link>{' '}
        of {newestVersion}
      </span>
      <span>
        launched <When at={createdAt} />
      </span>
      {nextAt !== null && (
        <span>
          next step due <Next at={nextAt} />
        </span>
      )}
      {listsLeft > 0 && <Text role="status">{counted(listsLeft, 'list')} still being taken in</Text>}
      <Link to="/launches/$launchId/report" params={{ launchId: id }}>
        report
      </Link>
      <TemporalLink workflowId={`outreach/${tenant.id}/${id}`} />
    </Group>
  );
}
