import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { Preview } from './Preview.tsx';
import { Steps } from './Steps.tsx';
import { useFindings } from './useFindings.ts';
import { Versions } from './Versions.tsx';
import { WindowFields } from './WindowFields.tsx';

export function SequencePage() {
  const { sequenceId } = useParams({ from: '/inside/sequences/$sequenceId' });
  const { version } = useSearch({ from: '/inside/sequences/$sequenceId' });
  const { data, error } = useQuery({
    queryKey: ['sequence', sequenceId, version],
    queryFn: () =>
      ask('get', '/sequences/{sequenceId}', { params: { sequenceId }, ...(version !== undefined && { query: { version } }) }),
    staleTime: Number.POSITIVE_INFINITY, // a version never changes, and what is being typed must not be replaced
  });
  if (!data) return <Page title="Sequence">{error ? <ProblemNote error={error} /> : <Waiting />}</Page>;
  return <Editor key={`${data.id} ${data.shown.version}`} sequence={data} />;
}

function Editor({ sequence }: { sequence: Reply<'get', '/sequences/{sequenceId}'> }) {
  const { id, name, newest, shown } = sequence;
  const [definition, setDefinition] = useState(shown.definition);
  const isNewest = shown.version === newest;
  const isReadOnly = !useMay()('sequences.write') || !isNewest;
  const isChanged = definition !== shown.definition;
  const { findings, faultsAt, others } = useFindings(definition);
  const { save, isSaving, error } = useSaving(() =>
    ask('post', '/sequences/{sequenceId}/versions', { params: { sequenceId: id }, body: { definition, basedOn: shown.version } }),
  );
  const actions = (
    <>
      {!isReadOnly && (
        <Button onClick={() => save()} loading={isSaving} disabled={!isChanged}>
          {isChanged ? `Save as version ${newest + 1}` : 'Nothing changed'}
        </Button>
      )}
      {isNewest && !isChanged && (
        <ButtonLink to="/launches/new" search={{ sequence: id }} variant={isReadOnly ? 'filled' : 'default'}>
          Launch
        </ButtonLink>
      )}
    </>
  );
  return (
    <Page
      title={name}
      about={
        <>
          Version {shown.version} of {newest}, written <When at={shown.createdAt} />.{' '}
          {shown.launches > 0 && 'Launches that run keep the words they began with.'}
        </>
      }
      actions={actions}
    >
      <ProblemNote error={error ?? others} />
      {!isNewest && (
        <Text>
          This is an older version. <strong>It can be read, not changed.</strong>
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Stack>
          <WindowFields
            window={definition.window}
            isReadOnly={isReadOnly}
            onChange={(window) => setDefinition({ ...definition, window })}
          />
          <Steps
            steps={definition.steps}
            findings={findings}
            faultsAt={faultsAt}
            isReadOnly={isReadOnly}
            onChange={(steps) => setDefinition({ ...definition, steps })}
          />
        </Stack>
        <Stack>
          <Preview sequenceId={id} definition={definition} saved={isChanged ? null : shown.version} />
          <Group>
            <Versions sequenceId={id} shown={shown.version} />
          </Group>
        </Stack>
      </SimpleGrid>
    </Page>
  );
}
