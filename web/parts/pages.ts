import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { ask, type Asked, type PathOf, type Reply, type Row } from '../api.ts';

/** Paths that answer a page of rows. */
type ListPath = {
  [W in PathOf<'get'>]: Reply<'get', W> extends { items: unknown[]; next: string | null } ? W : never;
}[PathOf<'get'>];

interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Rows<Item> {
  readonly rows: Item[] | undefined;
  readonly error: Error | null;
  readonly isMore: boolean;
  readonly isLoadingMore: boolean;
  readonly more: () => void;
}

/** A list that came whole, as one page. */
export function allOf<Item>(rows: Item[]): Rows<Item> {
  return { rows, error: null, isMore: false, isLoadingMore: false, more: () => undefined };
}

/** The rows of a list, page after page by its cursor; what was shown stays until the next answer is there. */
export function useRows<W extends ListPath>(
  path: W,
  { every, ...asked }: Pick<Asked<'get', W>, 'params' | 'query'> & { every?: number | undefined } = {},
): Rows<Row<W>> {
  const query = useInfiniteQuery({
    queryKey: [path, asked],
    queryFn: async ({ pageParam, signal }) => {
      const page = await ask('get', path, { ...asked, query: { ...asked.query, cursor: pageParam }, signal } as Asked<'get', W>);
      return page as Page<Row<W>>; // ListPath lets no other reply in
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    ...(every !== undefined && { refetchInterval: every }),
  });
  return {
    rows: query.data?.pages.flatMap((page) => page.items),
    error: query.error,
    isMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
  };
}
