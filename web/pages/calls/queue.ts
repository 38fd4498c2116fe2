import { useQuery } from '@tanstack/react-query';
import { ask, type Reply } from '../../api.ts';

export type QueuedCall = Reply<'get', '/calls'>['items'][number];

/** A rep's own calls: what may be made now, the window that closes soonest first, and what opens later. */
export function useCallQueue({ every, enabled = true }: { every: number; enabled?: boolean }) {
  const { data, error } = useQuery({
    queryKey: ['calls'],
    queryFn: () => ask('get', '/calls'),
    refetchInterval: every,
    enabled,
  });
  const calls = enabled ? data?.items : [];
  return {
    isKnown: calls !== undefined,
    error,
    open: calls?.filter(isWork) ?? [],
    later: calls?.filter((call) => !isWork(call)) ?? [],
  };
}

/** What has been dialled waits for its outcome, whether its window is still open or not. */
function isWork({ isOpen, state }: QueuedCall): boolean {
  return isOpen || state === 'open';
}
