import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import { eventListQuery } from '@/data/events/events';
import { TextSearch, type SearchState } from '@/data/events/search';
import type { EventRow, EventWindow } from '@/data/events/types';

export interface Rows {
  events: EventRow[];
  /** Nothing is known yet. */
  loading: boolean;
  /** The rows answer the question before this one. */
  stale: boolean;
  more: 'yes' | 'loading' | 'no';
  loadMore: () => void;
  error: Error | null;
  retry: () => void;
  /** Only where records are searched for a text. */
  search: SearchState | null;
  cancel: () => void;
}

const none: EventRow[] = [];

export function useRows(asked: EventWindow): Rows {
  const pages = usePages(asked);
  const text = useText(asked);
  return text ?? pages;
}

function usePages(asked: EventWindow): Rows {
  const query = useInfiniteQuery({ ...eventListQuery(asked), enabled: asked.text === '', placeholderData: keepPreviousData });
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch } = query;
  const events = useMemo(() => data?.pages.flatMap((page) => page.events) ?? none, [data]);
  const loadMore = useCallback(() => {
    void fetchNextPage();
  }, [fetchNextPage]);
  const retry = useCallback(() => {
    void (isFetchNextPageError ? fetchNextPage() : refetch());
  }, [isFetchNextPageError, fetchNextPage, refetch]);
  const { isPending: loading, isPlaceholderData: stale, error } = query;
  const more = isFetchingNextPage ? 'loading' : hasNextPage && !error ? 'yes' : 'no';
  // The same object while nothing has changed: every row of the list looks at it.
  return useMemo(
    () => ({ events, loading, stale, more, loadMore, error, retry, search: null, cancel: retry }),
    [events, loading, stale, more, loadMore, error, retry],
  );
}

const noListener = (): (() => void) => () => undefined;
const noState = (): null => null;

function useText(asked: EventWindow): Rows | null {
  const search = useMemo(() => (asked.text === '' ? null : new TextSearch(asked)), [asked]);
  useEffect(() => {
    search?.start();
    return () => {
      search?.stop();
    };
  }, [search]);
  const state = useSyncExternalStore<SearchState | null>(search?.subscribe ?? noListener, search?.snapshot ?? noState);
  return useMemo(() => {
    if (search === null || state === null) return null;
    const resume = (): void => {
      search.resume();
    };
    return {
      events: state.events,
      loading: state.status === 'searching' && state.events.length === 0,
      stale: false,
      more: state.status === 'enough' ? 'yes' : state.status === 'searching' ? 'loading' : 'no',
      loadMore: resume,
      error: state.error,
      retry: resume,
      search: state,
      cancel: () => {
        search.cancel();
      },
    };
  }, [search, state]);
}
