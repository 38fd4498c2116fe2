import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { useMay, useSession } from '../../shell/session.ts';
import { Integrations } from './Integrations.tsx';
import { Profile } from './Profile.tsx';
import { Workspace } from './Workspace.tsx';

/** One's own name and signature, and what every message of the workspace must carry. */
export function Settings() {
  const { user } = useSession();
  const may = useMay();
  const { data, error } = useQuery({
    queryKey: ['tenant'],
    queryFn: () => ask('get', '/tenant'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Page title="Settings">
      <Profile user={user} />
      <ProblemNote error={error} />
      {data ? <Workspace tenant={data} isReadOnly={!may('tenant.write')} /> : !error && <Waiting />}
      {may('integrations.read') && <Integrations isReadOnly={!may('integrations.write')} />}
    </Page>
  );
}
