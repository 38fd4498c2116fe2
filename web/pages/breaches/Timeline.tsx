import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { inWords } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';

/** Who knew, decided and did what, and when; the newest first. */
export function Timeline({ incidentId }: { incidentId: string }) {
  const { data } = useQuery({
    queryKey: ['/breaches/timeline', incidentId],
    queryFn: () => ask('get', '/breaches/{incidentId}/timeline', { params: { incidentId } }),
    refetchInterval: 10_000,
  });
  return (
    <section aria-label="Timeline">
      <Title order={2}>Timeline</Title>
      <ol>
        {[...(data?.events ?? [])].reverse().map(({ id, at, kind, byUser, detail }) => (
          <li key={id}>
            <When at={at} absolute /> {inWords(kind)}
            {byUser === null ? ', by the software' : ''}
            <details>
              <summary>Details</summary>
              <code>{JSON.stringify(detail)}</code>
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}
