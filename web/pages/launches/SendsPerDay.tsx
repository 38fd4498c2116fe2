import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { DayBars } from '../../parts/DayBars.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';

/** What left of a launch each day. */
export function SendsPerDay({ launchId }: { launchId: string }) {
  const { data, error } = useQuery({
    queryKey: ['launch-days', launchId],
    queryFn: () => ask('get', '/launches/{launchId}/days', { params: { launchId } }),
    refetchInterval: 60_000,
  });
  if (!data) return <ProblemNote error={error} />;
  return (
    <section aria-label="Messages by day">
      <DayBars label="Messages sent" one="message" days={data.items.map(({ day, sent }) => ({ day, count: sent }))} />
    </section>
  );
}
