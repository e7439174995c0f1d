import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { request } from '@/api/client';
import { serverNow } from '@/api/clock';

/** Counts of events over time, as `GET /api/v2/events/counts` gives them. */
export interface CountEntry {
  start: string;
  count: number;
  stream?: string;
  security_device_id?: string;
}
interface CountsAnswer {
  data: CountEntry[];
}

const root = '/api/v2/events/counts';
const hour = 3_600_000;

export const countKeys = {
  all: ['event_counts'] as const,
  day: (deviceId: string) => ['event_counts', 'day', deviceId] as const,
};

/** The last 24 hours of one device, oldest first; the last number is the hour that is still running. */
export interface DayCounts {
  /** The start of the first hour, in milliseconds. */
  from: number;
  counts: number[];
  at: number;
}

const hours = 24;
/** The server takes at most this many devices in one call. */
export const mostDevices = 200;
const freshMs = 60_000;
const settleMs = 120;

/** One array of hours for each of `ids`, zeros included. */
export function byDevice(entries: CountEntry[], ids: string[], from: number): Map<string, number[]> {
  const rows = new Map(ids.map((id) => [id, new Array<number>(hours).fill(0)]));
  for (const { start, count, security_device_id: id } of entries) {
    const row = id === undefined ? undefined : rows.get(id);
    const index = Math.floor((Date.parse(start) - from) / hour);
    if (row && index >= 0 && index < hours) row[index] = (row[index] ?? 0) + count;
  }
  return rows;
}

/**
 * Keeps the hours of these devices (the rows in view) in the cache: asks once scrolling has settled, for what is not known or older
 * than a minute, at most 200 devices a call, and again every minute while they stay in view. Gives a function that looks one up: an
 * observer a row would be the most expensive part of a row. The function is a new one when there is something new.
 */
export function useDayCounts(ids: readonly string[]): (id: string) => DayCounts | undefined {
  const client = useQueryClient();
  const [loaded, setLoaded] = useState(0);
  const wanted = ids.slice(0, mostDevices).join(' ');
  useEffect(() => {
    if (wanted === '') return;
    const abort = new AbortController();
    let timer: number | undefined;
    const load = async (): Promise<void> => {
      const now = Date.now();
      const missing = wanted.split(' ').filter((id) => {
        const known = client.getQueryData<DayCounts>(countKeys.day(id));
        return known === undefined || now - known.at >= freshMs;
      });
      if (missing.length > 0) {
        const from = (Math.floor(serverNow() / hour) - hours + 1) * hour;
        const query = new URLSearchParams([
          ['width', 'hour'],
          ['group', 'security_device'],
          ['filter[time]', `>=${new Date(from).toISOString()}`],
          ...missing.map((id): [string, string] => ['filter[security_device][id]', id]),
        ]);
        try {
          const { body } = await request<CountsAnswer>('GET', `${root}?${query.toString()}`, { signal: abort.signal });
          for (const [id, counts] of byDevice(body.data, missing, from)) {
            client.setQueryData<DayCounts>(countKeys.day(id), { from, counts, at: now });
          }
          setLoaded(now);
        } catch {
          // A row without its little picture is still a row; the next round tries again.
        }
      }
      if (!abort.signal.aborted) timer = window.setTimeout(() => void load(), freshMs);
    };
    timer = window.setTimeout(() => void load(), settleMs);
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [wanted, client]);
  return useCallback(
    (id: string) => client.getQueryData<DayCounts>(countKeys.day(id)),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- another function tells that there is something new to look up
    [client, loaded],
  );
}

/**
 * Hours that Home asks for. It compares with the same hours a week before: a Sunday is no Saturday, and much less a Friday. Only when the day before those is
 * known, too: then they are whole.
 */
export const arrivingHours = 9 * 24;

/** Hours of all devices together, from `hoursBack` ago to now. */
export const allCountsQuery = (hoursBack: number) =>
  queryOptions({
    queryKey: [...countKeys.all, 'all', hoursBack],
    queryFn: async ({ signal }): Promise<{ from: number; to: number; entries: CountEntry[] }> => {
      const now = serverNow();
      const from = (Math.floor(now / hour) - hoursBack + 1) * hour;
      const query = new URLSearchParams([
        ['width', 'hour'],
        ['filter[time]', `>=${new Date(from).toISOString()}`],
      ]);
      const { body } = await request<CountsAnswer>('GET', `${root}?${query.toString()}`, { signal });
      return { from, to: now, entries: body.data };
    },
    refetchInterval: 60_000,
    staleTime: 30_000,
  });
