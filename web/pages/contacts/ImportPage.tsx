import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { ImportResult } from './ImportResult.tsx';
import { ImportState } from './ImportState.tsx';
import { ImportSteps } from './ImportSteps.tsx';
import { Mapping } from './Mapping.tsx';

export type Import = Reply<'get', '/imports/{importId}'>;

/** Second and third screen of an import: the columns, then how far it is and what became of the rows. It can be left and found again. */
export function ImportPage() {
  const { importId } = useParams({ from: '/inside/contacts/imports/$importId' });
  const { data, error } = useQuery({
    queryKey: ['import', importId],
    queryFn: () => ask('get', '/imports/{importId}', { params: { importId } }),
    refetchInterval: ({ state }) => (state.data?.state === 'running' || state.data?.state === 'uploading' ? 1_000 : false),
    staleTime: 0,
  });
  if (!data) return <Page title="Import">{error ? <ProblemNote error={error} /> : <Waiting />}</Page>;
  return (
    <Page title={data.fileName} about={<ImportState job={data} />}>
      <ImportSteps at={data.state === 'mapping' ? 1 : 2} />
      {data.state === 'mapping' ? <Mapping job={data} /> : <ImportResult job={data} />}
    </Page>
  );
}
