import type { Device } from '@/api/types';
import type { Devices } from '@/data/devices/known';
import { levelOf, levelRank, sinceOf, type ShownLevel } from '@/data/devices/level';
import { compareKeys, textKey } from '@/collate';
import { accepts, type Filter } from '@/ui/filters/filters';
import type { FilterKey, Sort, SortKey, StatusFilter } from './search';

export { levelOf, sinceOf, type ShownLevel };

export const statusOf: Record<ShownLevel, StatusFilter | null> = {
  ok: 'healthy',
  warning: 'attention',
  error: 'unhealthy',
  verifying: 'verifying',
  paused: 'paused',
  deleted: null,
};

export interface Criteria {
  q: string;
  filters: Partial<Record<FilterKey, Filter | undefined>>;
  sort: Sort;
}

type Technology = (slug: string) => string;

/** What search looks through; made once a device, since ten thousand are asked at every letter. */
const hays = new WeakMap<Technology, WeakMap<Device, string>>();
function hayOf(device: Device, technology: Technology): string {
  let known = hays.get(technology);
  if (known === undefined) {
    known = new WeakMap();
    hays.set(technology, known);
  }
  let hay = known.get(device);
  if (hay === undefined) {
    const { name, location, plugin_slug } = device.attributes;
    hay = `${name}\n${location ?? ''}\n${technology(plugin_slug)}\n${device.id}`.toLowerCase();
    known.set(device, hay);
  }
  return hay;
}

/** The value of a device that a filter looks at; a device without a location has the empty one. */
export function filterValue(device: Device, key: FilterKey): string {
  if (key === 'status') return statusOf[levelOf(device)] ?? '';
  return (key === 'technology' ? device.attributes.plugin_slug : device.attributes.location) ?? '';
}

export function matches(device: Device, criteria: Criteria, technology: Technology): boolean {
  const { status, technology: slug, location } = criteria.filters;
  if (status && !accepts(status, filterValue(device, 'status'))) return false;
  if (slug && !accepts(slug, filterValue(device, 'technology'))) return false;
  if (location && !accepts(location, filterValue(device, 'location'))) return false;
  const words = criteria.q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const hay = hayOf(device, technology);
  return words.every((word) => hay.includes(word));
}

/** What a column is sorted by. Texts compare as people count, times by their moment; "never" is the oldest. */
function sortValue(key: SortKey, device: Device, technology: Technology): string | number {
  const { attributes } = device;
  const time = (value: string | null | undefined): number => (value ? Date.parse(value) : 0);
  switch (key) {
    case 'name':
      return attributes.name;
    case 'technology':
      return technology(attributes.plugin_slug);
    case 'location':
      return attributes.location ?? '';
    case 'reason':
      return attributes.status_details?.sentence ?? '';
    case 'status':
      return levelRank[levelOf(device)];
    case 'poll':
      return time(attributes.last_successful_poll_at);
    case 'data':
      return time(attributes.last_data_received_at);
    case 'newest':
      return time(attributes.newest_event_at);
    case 'next':
      return time(attributes.next_poll_at);
    case 'added':
      return time(attributes.created_at);
    case 'expires':
      // What never expires comes after what does.
      return attributes.credential?.expires_at ? Date.parse(attributes.credential.expires_at) : Infinity;
    case 'events':
      return attributes.events_24h;
    case 'usual':
      // What is not known yet comes before nothing at all.
      return attributes.usual_24h ?? -1;
    case 'stored':
      return attributes.bytes_total;
  }
}

const isLiving = (device: Device): boolean => device.attributes.deleted_at === null;

let lastByName: readonly Device[] = [];

/** Comparing ten thousand names as people read them takes longer than everything else a click does: it is done when names have changed. */
function byName(devices: Pick<Devices, 'get' | 'values'>): Device[] {
  const living = [...devices.values()].filter(isLiving);
  const again = lastByName.flatMap(({ id, attributes: { name } }) => {
    const device = devices.get(id);
    return device !== undefined && isLiving(device) && device.attributes.name === name ? [device] : [];
  });
  lastByName =
    again.length === living.length
      ? again
      : living
          .map((device) => ({ device, name: textKey(device.attributes.name) }))
          .sort((a, b) => compareKeys(a.name, b.name) || (a.device.id < b.device.id ? -1 : 1))
          .map(({ device }) => device);
  return [...lastByName];
}

/** All devices that are not deleted, in order; those with the same value by name, for sorting is stable. */
export function sortDevices(devices: Pick<Devices, 'get' | 'values'>, sort: Sort, technology: Technology): Device[] {
  const living = byName(devices);
  if (sort.key === 'name') return sort.descending ? living.reverse() : living;
  const sign = sort.descending ? -1 : 1;
  const rows = living.map((device) => {
    const value = sortValue(sort.key, device, technology);
    return { device, value: typeof value === 'string' ? textKey(value) : value };
  });
  rows.sort((a, b) => {
    if (typeof a.value === 'object' && typeof b.value === 'object') return sign * compareKeys(a.value, b.value);
    if (a.value === b.value) return 0;
    return a.value < b.value ? -sign : sign;
  });
  return rows.map((row) => row.device);
}

/** The ids of the devices to show, in order; deleted ones are gone. */
export function arrange(devices: Pick<Devices, 'get' | 'values'>, criteria: Criteria, technology: Technology): string[] {
  return sortDevices(devices, criteria.sort, technology)
    .filter((device) => matches(device, criteria, technology))
    .map((device) => device.id);
}
