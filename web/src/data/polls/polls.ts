import { queryOptions } from '@tanstack/react-query';
import { request } from '@/api/client';
import type { Poll, PollList } from '@/api/types';

export const pollKeys = {
  of: (deviceId: string) => ['polls', deviceId] as const,
};

const fetchPolls = async (deviceId: string, query: [string, string][], signal: AbortSignal): Promise<Poll[]> => {
  const path = `/api/v2/security_devices/${encodeURIComponent(deviceId)}/polls?${new URLSearchParams(query).toString()}`;
  return (await request<PollList>('GET', path, { signal })).body.data;
};

/** What is kept of a stream's polls (200), newest first. */
export const pollsQuery = (deviceId: string, stream: string) =>
  queryOptions({
    queryKey: [...pollKeys.of(deviceId), stream],
    queryFn: ({ signal }) => fetchPolls(deviceId, [['filter[stream]', stream], ['page[limit]', '200']], signal),
    staleTime: 5_000,
    refetchInterval: 15_000,
  });

/** The newest poll that worked, of whichever stream; null when none has. */
export const lastGoodPollQuery = (deviceId: string) =>
  queryOptions({
    queryKey: [...pollKeys.of(deviceId), 'last-good'],
    queryFn: async ({ signal }) =>
      (await fetchPolls(deviceId, [['filter[outcome]', 'ok'], ['page[limit]', '1']], signal))[0] ?? null,
    staleTime: 5_000,
    refetchInterval: 15_000,
  });
