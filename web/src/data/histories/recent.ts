import { queryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import { serverNow } from '@/api/clock';
import type { HistoryList, HistoryRow } from '@/api/types';
import { includedName, relatedId } from '@/data/included';

export interface RecentChange {
  row: HistoryRow;
  actor: string | null;
  actorId: string | null;
  deviceId: string | null;
  /** Null when the device is not told of any more. */
  device: string | null;
}

export const recentKey = ['security_device_histories', 'recent'] as const;

const day = 86_400_000;
const most = 100;

/** What changed on any device in the last 24 hours, newest first; at most a hundred, with how many there are. */
export const recentChangesQuery = queryOptions({
  queryKey: recentKey,
  queryFn: async ({ signal }): Promise<{ changes: RecentChange[]; total: number }> => {
    // To the minute: what is asked twice in a row is the same question.
    const since = new Date(Math.floor((serverNow() - day) / 60_000) * 60_000).toISOString();
    const query = new URLSearchParams([
      ['filter[created_at]', `>=${since}`],
      ['sort', '-created_at'],
      ['sort', '-id'],
      ['include', 'created_by,security_device'],
      ['fields[security_devices]', 'name'],
      ['page[limit]', String(most)],
    ]);
    const { body } = await request<HistoryList>('GET', `/api/v2/security_device_histories?${query.toString()}`, { signal });
    const changes = body.data.map((row) => ({
      row,
      actor: includedName(row, 'created_by', body.included),
      actorId: relatedId(row, 'created_by'),
      deviceId: relatedId(row, 'security_device'),
      device: includedName(row, 'security_device', body.included),
    }));
    return { changes, total: body.meta.page.total };
  },
  refetchInterval: 5 * 60_000,
  staleTime: 10_000,
});
