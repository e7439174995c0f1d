import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError, request } from '@/api/client';
import { firstBytes, type Bytes } from '@/api/stream';
import type { EventCounts, EventDocument, EventList, EventVersions } from '@/api/types';
import { parametersOf, pathOf } from './query';
import { rowOf, type EventRow, type EventWindow } from './types';

const root = '/api/v2/events';
const at = (id: string): string => `${root}/${encodeURIComponent(id)}`;

export const eventKeys = {
  all: ['events'] as const,
};

interface EventPage {
  events: EventRow[];
  next: string | null;
}

/** The first page paints at once; those that follow are larger, so that a quick hand does not overtake them. */
const firstPage = 100;
const nextPage = 300;

/** Newest first, page after page. Searches with a text are run by `TextSearch`. */
export const eventListQuery = (asked: EventWindow) =>
  infiniteQueryOptions({
    queryKey: [...eventKeys.all, 'list', asked],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }): Promise<EventPage> => {
      const query: [string, string][] = [
        ...parametersOf(asked),
        ['sort', '-time'],
        ['page[limit]', String(pageParam === '' ? firstPage : nextPage)],
        ['flag[total]', 'false'],
        // Records may be megabytes each, and no row shows one.
        ['flag[raw]', 'false'],
      ];
      if (pageParam !== '') query.push(['page[after]', pageParam]);
      const { body } = await request<EventList>('GET', pathOf(root, query), { signal });
      const next = body.links.next ? new URL(body.links.next, 'http://picket').searchParams.get('page[after]') : null;
      return { events: body.data.map(rowOf), next };
    },
    getNextPageParam: (last) => last.next ?? undefined,
    // The window has fixed ends: what it held is asked for again only when a person asks.
    staleTime: Infinity,
    gcTime: 60_000,
  });

/** How many match, exactly. */
export async function countEvents(asked: EventWindow, signal?: AbortSignal): Promise<number> {
  const path = pathOf(root, [...parametersOf(asked), ['page[limit]', '0']]);
  const { body } = await request<EventList>('GET', path, { signal });
  return body.meta.page.total ?? 0;
}

export type CountWidth = 'minute' | 'hour' | 'day';

export interface Counts {
  total: number;
  /** How wide the buckets are that came. */
  width: CountWidth;
  buckets: EventCounts['data'];
}

/** Counts over time, one series a stream. */
export const eventCountsQuery = (asked: EventWindow, width: CountWidth) =>
  queryOptions({
    queryKey: [...eventKeys.all, 'counts', asked, width],
    queryFn: async ({ signal }): Promise<Counts> => {
      const ask = async (wide: CountWidth): Promise<Counts> => {
        const path = pathOf(`${root}/counts`, [['width', wide], ['group', 'stream'], ...parametersOf(asked)]);
        const { body } = await request<EventCounts>('GET', path, { signal });
        return { total: body.meta.total, width: body.meta.width, buckets: body.data };
      };
      try {
        return await ask(width);
      } catch (error) {
        // Where counts by the minute are refused, hours still say when it happened.
        if (width === 'minute' && error instanceof ApiError && error.status === 400) return ask('hour');
        throw error;
      }
    },
    staleTime: Infinity,
    gcTime: 60_000,
  });

export interface EventDetails {
  row: EventRow;
}

/** One event's normalised fields. */
export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: [...eventKeys.all, 'one', id],
    queryFn: async ({ signal }): Promise<EventDetails> => {
      const { body } = await request<EventDocument>('GET', `${at(id)}?flag[raw]=false`, { signal });
      return { row: rowOf(body.data) };
    },
    staleTime: 60_000,
  });

/** The event as OCSF, as text; null where it could not be read into that form. */
export const ocsfQuery = (id: string) =>
  queryOptions({
    queryKey: [...eventKeys.all, 'ocsf', id],
    queryFn: async ({ signal }): Promise<string | null> => {
      const { body } = await request<EventDocument>('GET', `${at(id)}?flag[ocsf]=true&flag[raw]=false`, { signal });
      const { ocsf } = body.data.attributes;
      return ocsf ? JSON.stringify(ocsf) : null;
    },
    staleTime: 60_000,
    gcTime: 30_000,
  });

export const rawPath = (id: string): string => `${at(id)}/raw`;

/** The record as received, at most `limit` bytes of it. */
export const rawQuery = (id: string, limit: number) =>
  queryOptions({
    queryKey: [...eventKeys.all, 'raw', id, limit],
    queryFn: ({ signal }): Promise<Bytes> => firstBytes(rawPath(id), limit, signal),
    staleTime: 60_000,
    gcTime: 30_000,
  });

/** The whole record as received. */
export async function wholeRaw(id: string): Promise<string> {
  return (await firstBytes(rawPath(id), Infinity, new AbortController().signal)).text;
}

export interface EventVersion {
  receivedAt: string;
  text: string;
}

/** Every content received under the identity of one event, oldest first. */
export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...eventKeys.all, 'versions', id],
    queryFn: async ({ signal }): Promise<EventVersion[]> => {
      const { body } = await request<EventVersions>('GET', `${at(id)}/versions`, { signal });
      return body.data.map(({ received_at, raw }) => ({
        receivedAt: received_at,
        text: typeof raw === 'string' ? raw : JSON.stringify(raw),
      }));
    },
    staleTime: 60_000,
    gcTime: 30_000,
  });
