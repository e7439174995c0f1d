import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { request } from '@/api/client';
import { devicesPath, firstDevices } from '@/api/first';
import { secondFrame } from '@/api/secondFrame';
import type { Device, DeviceDocument, DeviceList as DeviceListAnswer } from '@/api/types';
import { includedName } from '@/data/included';
import { answered, type Change, changed, type DevicePage, type Devices, devicesOf } from './known';

const root = '/api/v2/security_devices';

export const deviceKeys = {
  all: ['security_devices'] as const,
  list: ['security_devices', 'list'] as const,
  one: (id: string) => ['security_devices', 'one', id] as const,
};

interface PageParam {
  offset: number;
  limit: number;
}

/** A first page that paints at once, then the rest in the largest pages that the server gives. */
const firstPage: PageParam = { offset: 0, limit: firstDevices };
const largestPage = 1000;

/** All devices of the organization. Searching and sorting happen here, so both are instant and every column sorts. */
export const deviceListQuery = infiniteQueryOptions({
  queryKey: deviceKeys.list,
  initialPageParam: firstPage,
  queryFn: async ({ pageParam, signal }): Promise<DevicePage> => {
    const path = devicesPath(pageParam.offset, pageParam.limit);
    const { body } = await request<DeviceListAnswer>('GET', path, { signal });
    return { devices: body.data, total: body.meta.page.total };
  },
  getNextPageParam: (last, _pages, param): PageParam | undefined =>
    last.devices.length < param.limit ? undefined : { offset: param.offset + param.limit, limit: largestPage },
  staleTime: 60_000,
  // Not leaf by leaf, which costs more than any render it could save: rows compare their own device.
  structuralSharing: (now, next) => {
    const [before, after] = [now as ListData | undefined, next as ListData];
    if (!before) return after;
    const pages = answered(before.pages, after.pages);
    return pages === after.pages ? after : { ...after, pages };
  },
});

type ListData = InfiniteData<DevicePage, PageParam>;

const none: DevicePage[] = [];

export interface DeviceList {
  /** Every device known so far. */
  devices: Devices;
  total: number;
  loading: boolean;
  complete: boolean;
  error: Error | null;
  retry: () => void;
}

/** What is known at this moment, for one look. */
export function knownDevices(client: QueryClient): Devices {
  return devicesOf(client.getQueryData<ListData>(deviceKeys.list)?.pages ?? none);
}

/** The same object while nothing has changed. */
export function useDeviceList(): DeviceList {
  const query = useInfiniteQuery(deviceListQuery);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isError } = query;
  // A fast answer may begin and end between two renders: the number of pages tells that there is more to ask for.
  const pageCount = query.data?.pages.length ?? 0;
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || isError) return;
    const more = (): void => void fetchNextPage();
    // A thousand devices on their way would hold up the paint of the first. Nothing is painted in a tab that nobody sees.
    if (pageCount === 1 && !document.hidden) return secondFrame(more);
    more();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, isError, pageCount]);
  const pages = query.data?.pages ?? none;
  const devices = devicesOf(pages);
  const { isPending: loading, error, refetch } = query;
  const complete = query.isSuccess && !hasNextPage;
  const total = Math.max(pages.at(-1)?.total ?? 0, devices.size);
  return useMemo(
    () => ({ devices, total, loading, complete, error, retry: () => void refetch() }),
    [devices, total, loading, complete, error, refetch],
  );
}

export interface DeviceWithActors {
  device: Device;
  etag: string;
  createdBy: string | null;
  updatedBy: string | null;
  vendor: string | null;
}

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: deviceKeys.one(id),
    queryFn: async ({ signal }): Promise<DeviceWithActors> => {
      const path = `${root}/${encodeURIComponent(id)}?include=created_by,updated_by,vendor`;
      const { body, etag } = await request<DeviceDocument>('GET', path, { signal });
      return {
        device: body.data,
        etag: etag ?? etagOf(body.data),
        createdBy: includedName(body.data, 'created_by', body.included),
        updatedBy: includedName(body.data, 'updated_by', body.included),
        vendor: includedName(body.data, 'vendor', body.included),
      };
    },
    // Sentences such as "Newest event 40 s ago" are written by the server and age.
    refetchInterval: 15_000,
  });

export function etagOf(device: Device): string {
  return `"${String(device.meta.version)}"`;
}

/** An answer may overtake a live message on its way; the older of the two must not win. */
function newer(known: Device | undefined, incoming: Device): boolean {
  return known === undefined || incoming.meta.version >= known.meta.version;
}

/** Puts changed devices into every cached answer, without asking the server. */
export function patchDevices(client: QueryClient, changes: ReadonlyMap<string, Change>): void {
  client.setQueryData<ListData>(deviceKeys.list, (data) => {
    if (!data) return data;
    const pages = changed(data.pages, changes);
    return pages === data.pages ? data : { ...data, pages };
  });
  for (const [id, change] of changes) {
    client.setQueryData<DeviceWithActors>(deviceKeys.one(id), (known) => {
      if (!known) return known;
      const next = change(known.device);
      return next && next !== known.device ? { ...known, device: next, etag: etagOf(next) } : known;
    });
  }
}

export function putDevice(client: QueryClient, device: Device): void {
  patchDevices(client, new Map([[device.id, (known) => (newer(known, device) ? device : known)]]));
}

/** Marks a device as deleted; its row stays where it is until the list is asked for again. */
export function markDeleted(client: QueryClient, id: string): void {
  patchDevices(
    client,
    new Map([
      [
        id,
        (known) =>
          known && {
            ...known,
            attributes: { ...known.attributes, deleted_at: known.attributes.deleted_at ?? new Date().toISOString() },
          },
      ],
    ]),
  );
}
