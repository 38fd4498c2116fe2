import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { ask, type Reply } from '../api.ts';

export type Session = Reply<'get', '/session'>;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => ask('get', '/session'),
  staleTime: 60_000,
});

/** Who is signed in; only below the shell, which does not show without a session. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether the user's role allows an action: what it does not allow is not offered. */
export function useMay(): (action: string) => boolean {
  const { may } = useSession();
  return (action) => may.includes(action);
}
