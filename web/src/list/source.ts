/**
 * Where rows come from. `wholeList` is for lists that fit into the browser, which then searches, sorts and pages by
 * itself; `pagedList` for lists without an end, where the server does. Both make query options for a room's queries.ts:
 *
 *   export const usersQuery = wholeList(["users"], (page, signal) =>
 *     data(api.GET("/api/admin/users", { params: { query: page }, signal })));
 *
 *   const source = useWhole(usersQuery);
 */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  type UseInfiniteQueryOptions,
  type UseQueryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { useMemo } from "react";

export interface Source<Row> {
  /** Undefined until something was loaded. */
  rows: readonly Row[] | undefined;
  error: Error | null;
  refreshing: boolean;
  retry: () => void;
  /** Who searches and sorts. */
  by: "browser" | "server";
  /** There is more that is not loaded. */
  more: boolean;
  loadingMore: boolean;
  loadMore: () => void;
}

export interface Page<Row> {
  items: Row[];
  next_cursor?: string | null | undefined;
}

type FetchPage<Row> = (page: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<Page<Row>>;

const MOST_AT_ONCE = 1000;
/** Beyond these pages a list is cut, and says so: five thousand rows are searched by the server better than by eye. */
const MOST_PAGES = 5;
export const PAGE_SIZE = 50;

interface Whole<Row> {
  rows: Row[];
  cut: boolean;
}

export function wholeList<Row>(queryKey: readonly unknown[], fetchPage: FetchPage<Row>) {
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }): Promise<Whole<Row>> => {
      const rows: Row[] = [];
      let cursor: string | null | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const answer = await fetchPage({ limit: MOST_AT_ONCE, ...(cursor ? { cursor } : {}) }, signal);
        rows.push(...answer.items);
        cursor = answer.next_cursor;
        if (!cursor) return { rows, cut: false };
      }
      return { rows, cut: true };
    },
  });
}

export function useWhole<Row>(options: UseQueryOptions<Whole<Row>>): Source<Row> {
  const query = useQuery(options);
  return {
    rows: query.data?.rows,
    error: query.error,
    refreshing: query.isFetching,
    retry: () => void query.refetch(),
    by: "browser",
    more: query.data?.cut ?? false,
    loadingMore: false,
    loadMore: () => undefined,
  };
}

/** `queryKey` must hold everything that changes the answer: search, filters, order. */
export function pagedList<Row>(queryKey: readonly unknown[], fetchPage: FetchPage<Row>, limit = PAGE_SIZE) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage({ limit, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: "",
    getNextPageParam: (page: Page<Row>) => page.next_cursor || undefined,
    // Rows stay while another search is under way, instead of a flicker of skeletons at every key.
    placeholderData: keepPreviousData,
  });
}

export function usePaged<Row>(options: ReturnType<typeof pagedList<Row>>): Source<Row> {
  const query = useInfiniteQuery(options as UseInfiniteQueryOptions<Page<Row>, Error, { pages: Page<Row>[] }>);
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.items), [pages]);
  return {
    rows,
    error: query.error,
    refreshing: query.isFetching && !query.isFetchingNextPage,
    retry: () => void query.refetch(),
    by: "server",
    more: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
  };
}
