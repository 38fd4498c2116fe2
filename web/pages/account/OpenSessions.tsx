import { Button, Group, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { When } from '../../parts/When.tsx';

/** Where one is logged in. */
export function OpenSessions() {
  const { data, error } = useQuery({ queryKey: ['sessions'], queryFn: () => ask('get', '/sessions') });
  const end = useSaving((sessionId: string) => ask('delete', '/sessions/{sessionId}', { params: { sessionId } }));
  const others = data?.items.filter(({ isThis }) => !isThis).length ?? 0;
  return (
    <Stack maw={640} className="panel">
      <Title order={2}>Sessions</Title>
      <ProblemNote error={error ?? end.error} />
      <ul className="plain">
        {data?.items.map(({ id, browser, address, seenAt, isThis }) => (
          <li key={id}>
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <div className="words">
                {browser || 'An unknown browser'}
                {address && `, ${address}`}
                <br />
                {isThis ? 'this session' : 'used'} <When at={seenAt} absolute />
              </div>
              {!isThis && (
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => end.save(id)}
                  loading={end.isSaving}
                  aria-label={`End the session of ${browser || 'an unknown browser'}`}
                >
                  End
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ul>
      {others > 0 && (
        <Group>
          <Confirm label="End all others" title="End your other sessions?" act={() => ask('delete', '/sessions')}>
            {others === 1 ? 'One session ends' : `${others} sessions end`} at once; this one stays.
          </Confirm>
        </Group>
      )}
    </Stack>
  );
}
