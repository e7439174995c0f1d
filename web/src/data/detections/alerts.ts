import { queryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import { serverNow } from '@/api/clock';
import { detectionKeys } from './keys';

/** How many alerts a device's events raised in the last seven days, by when they began. */
export const weekAlertsQuery = (deviceId: string) =>
  queryOptions({
    queryKey: detectionKeys.alerts(deviceId),
    queryFn: async ({ signal }): Promise<number> => {
      const from = new Date(serverNow() - 7 * 86_400_000).toISOString();
      const query = new URLSearchParams([
        ['filter[security_device][id]', deviceId],
        ['filter[activity_first_at]', `>=${from}`],
        ['page[limit]', '0'],
      ]);
      const { body } = await request<{ meta: { page: { total: number } } }>('GET', `/api/v2/expel_alerts?${query.toString()}`, { signal });
      return body.meta.page.total;
    },
    refetchInterval: 60_000,
  });
