import { infiniteQueryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import type { HistoryList, HistoryRow } from '@/api/types';
import { includedName, relatedId } from '@/data/included';

export const historyKeys = {
  of: (deviceId: string) => ['security_device_histories', deviceId] as const,
};

export interface HistoryEntry {
  row: HistoryRow;
  actor: string | null;
  actorId: string | null;
}
interface HistoryPage {
  entries: HistoryEntry[];
  total: number;
}

const pageSize = 25;

/** What happened to a device, newest first; with `actorId` only what that person, key or Picket itself did, with `kind` only changes of that kind. */
export const historyQuery = (deviceId: string, actorId?: string, kind?: string) =>
  infiniteQueryOptions({
    queryKey: [...historyKeys.of(deviceId), actorId ?? '', kind ?? ''],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }): Promise<HistoryPage> => {
      const query = new URLSearchParams([
        ['filter[security_device][id]', deviceId],
        ...(actorId === undefined ? [] : [['filter[created_by][id]', actorId]]),
        ...(kind === undefined ? [] : [['filter[kind]', kind]]),
        ['sort', '-created_at'],
        ['sort', '-id'],
        ['include', 'created_by'],
        ['page[limit]', String(pageSize)],
        ['page[offset]', String(pageParam)],
      ]);
      const path = `/api/v2/security_device_histories?${query.toString()}`;
      const { body } = await request<HistoryList>('GET', path, { signal });
      const entries = body.data.map((row) => ({
        row,
        actor: includedName(row, 'created_by', body.included),
        actorId: relatedId(row, 'created_by'),
      }));
      return { entries, total: body.meta.page.total };
    },
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.entries.length, 0);
      return last.entries.length === 0 || seen >= last.total ? undefined : seen;
    },
  });
