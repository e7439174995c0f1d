import { infiniteQueryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import type { HistoryRow, ListAnswer } from '@/api/types';

export const historyKeys = {
  of: (deviceId: string) => ['security_device_histories', deviceId] as const,
};

export interface HistoryEntry {
  row: HistoryRow;
  actor: string | null;
}
interface HistoryPage {
  entries: HistoryEntry[];
  total: number;
}

const pageSize = 25;

/** What happened to a device, newest first. */
export const historyQuery = (deviceId: string) =>
  infiniteQueryOptions({
    queryKey: historyKeys.of(deviceId),
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }): Promise<HistoryPage> => {
      const query = new URLSearchParams([
        ['filter[security_device][id]', deviceId],
        ['sort', '-created_at'],
        ['sort', '-id'],
        ['include', 'created_by'],
        ['page[limit]', String(pageSize)],
        ['page[offset]', String(pageParam)],
      ]);
      const path = `/api/v2/security_device_histories?${query.toString()}`;
      const { body } = await request<ListAnswer<HistoryRow>>('GET', path, { signal });
      const actors = new Map(
        (body.included ?? [])
          .filter((item) => item.type === 'actors')
          .map((item) => [item.id, item.attributes['display_name']]),
      );
      const entries = body.data.map((row) => {
        const by = row.relationships?.['created_by']?.data;
        const actor = by && !Array.isArray(by) ? actors.get(by.id) : null;
        return { row, actor: typeof actor === 'string' ? actor : null };
      });
      return { entries, total: body.meta?.page?.total ?? pageParam + entries.length };
    },
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.entries.length, 0);
      return last.entries.length === 0 || seen >= last.total ? undefined : seen;
    },
  });
