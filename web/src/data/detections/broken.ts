import { queryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import { detectionKeys } from './keys';

/** How many rules and files of rules cannot be used. The server counts; no rule is fetched. */
export const brokenRulesQuery = queryOptions({
  queryKey: [...detectionKeys.all, 'broken'],
  queryFn: async ({ signal }): Promise<number> => {
    const query = new URLSearchParams({ 'filter[state]': 'broken', 'page[limit]': '0' });
    const { body } = await request<{ meta: { page: { total: number } } }>('GET', `/api/v2/detection_rules?${query.toString()}`, { signal });
    return body.meta.page.total;
  },
  staleTime: 30_000,
  refetchInterval: 60_000,
  retry: false,
});
