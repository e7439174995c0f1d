import { queryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import { serverNow } from '@/api/clock';
import type { EventCounts } from '@/api/types';

const hour = 3_600_000;

/** How many events of a device fell into each bucket, a series a stream. */
export interface DeviceCounts {
  /** Start of every bucket in milliseconds, those without events too. */
  starts: number[];
  step: number;
  /** Buckets with events only. */
  entries: EventCounts['data'];
  total: number;
  /** When this was asked, in milliseconds of the server's clock. */
  at: number;
}

export const deviceCountKeys = {
  of: (deviceId: string) => ['device_counts', deviceId] as const,
};

/** The newest `buckets` hours or days (in UTC, as the server cuts them), the current one included. */
export const deviceCountsQuery = (deviceId: string, width: 'hour' | 'day', buckets: number) =>
  queryOptions({
    queryKey: [...deviceCountKeys.of(deviceId), width, buckets],
    queryFn: async ({ signal }): Promise<DeviceCounts> => {
      const step = width === 'hour' ? hour : 24 * hour;
      const at = serverNow();
      const from = (Math.floor(at / step) - buckets + 1) * step;
      const query = new URLSearchParams([
        ['width', width],
        ['group', 'stream'],
        ['filter[security_device][id]', deviceId],
        ['filter[time]', `>=${new Date(from).toISOString()}`],
      ]);
      const { body } = await request<EventCounts>('GET', `/api/v2/events/counts?${query.toString()}`, { signal });
      return {
        starts: Array.from({ length: buckets }, (_, index) => from + index * step),
        step,
        entries: body.data,
        total: body.meta.total,
        at,
      };
    },
    staleTime: 5_000,
    refetchInterval: 20_000,
  });

/** Events of a device in the last seven days, to the minute. */
export const weekTotalQuery = (deviceId: string) =>
  queryOptions({
    queryKey: [...deviceCountKeys.of(deviceId), 'week'],
    queryFn: async ({ signal }): Promise<number> => {
      const from = Math.floor((serverNow() - 7 * 24 * hour) / 60_000) * 60_000;
      const query = new URLSearchParams([
        ['width', 'day'],
        ['filter[security_device][id]', deviceId],
        ['filter[time]', `>=${new Date(from).toISOString()}`],
      ]);
      return (await request<EventCounts>('GET', `/api/v2/events/counts?${query.toString()}`, { signal })).body.meta.total;
    },
    staleTime: 5_000,
    refetchInterval: 30_000,
  });
