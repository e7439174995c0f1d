import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ApiError, request } from '@/api/client';
import type { Device, DeviceDocument, DeviceList } from '@/api/types';
import { deviceKeys } from './devices';

const root = '/api/v2/security_devices';
const most = 8;

export const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The first devices whose name has the text, or the one with this GUID. The server looks: the console need not hold them all. */
export const findDevicesQuery = (text: string) =>
  queryOptions({
    queryKey: [...deviceKeys.all, 'find', text],
    queryFn: async ({ signal }): Promise<Device[]> => {
      if (guidPattern.test(text)) return one(text, signal);
      const query = new URLSearchParams({ 'filter[name]': `:${text}`, sort: '+name', 'page[limit]': String(most) });
      return (await request<DeviceList>('GET', `${root}?${query.toString()}`, { signal })).body.data;
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });

async function one(id: string, signal: AbortSignal): Promise<Device[]> {
  try {
    const { data } = (await request<DeviceDocument>('GET', `${root}/${encodeURIComponent(id.toLowerCase())}`, { signal })).body;
    return [data];
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}
