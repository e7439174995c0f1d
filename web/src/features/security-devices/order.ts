import type { Device, Level } from '@/api/types';
import type { Sort, StatusFilter } from './search';

export type ShownLevel = Level | 'deleted';

/** The one word for a device's state. */
export function levelOf(device: Device): ShownLevel {
  const { deleted_at, paused, status, status_details } = device.attributes;
  if (deleted_at !== null) return 'deleted';
  if (paused) return 'paused';
  if (status_details) return status_details.level;
  if (status === 'healthy') return 'ok';
  if (status === 'unhealthy') return 'error';
  return status === 'health_checks_not_supported' ? 'paused' : 'verifying';
}

export function sinceOf(device: Device): string | null {
  return device.attributes.status_details?.since ?? device.attributes.status_updated_at;
}

const filterOf: Record<ShownLevel, StatusFilter | null> = {
  ok: 'healthy',
  warning: 'attention',
  error: 'unhealthy',
  verifying: 'verifying',
  paused: 'paused',
  deleted: null,
};

/** Worst first. */
const rank: Record<ShownLevel, number> = { error: 0, warning: 1, verifying: 2, paused: 3, ok: 4, deleted: 5 };

export interface Criteria {
  q: string;
  status: StatusFilter | undefined;
  sort: Sort;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export function matches(device: Device, criteria: Criteria, technology: (slug: string) => string): boolean {
  if (criteria.status && filterOf[levelOf(device)] !== criteria.status) return false;
  const words = criteria.q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { name, location, plugin_slug } = device.attributes;
  const hay = `${name}\n${location ?? ''}\n${technology(plugin_slug)}\n${device.id}`.toLowerCase();
  return words.every((word) => hay.includes(word));
}

function compareBy(sort: Sort, technology: (slug: string) => string): (a: Device, b: Device) => number {
  const time = (value: string | null): number => (value === null ? 0 : Date.parse(value));
  const by: Record<Sort['key'], (a: Device, b: Device) => number> = {
    name: () => 0,
    technology: (a, b) => collator.compare(technology(a.attributes.plugin_slug), technology(b.attributes.plugin_slug)),
    location: (a, b) => collator.compare(a.attributes.location ?? '', b.attributes.location ?? ''),
    status: (a, b) => rank[levelOf(a)] - rank[levelOf(b)],
    poll: (a, b) => time(a.attributes.last_successful_poll_at) - time(b.attributes.last_successful_poll_at),
    data: (a, b) => time(a.attributes.last_data_received_at) - time(b.attributes.last_data_received_at),
    events: (a, b) => a.attributes.events_24h - b.attributes.events_24h,
  };
  const sign = sort.descending ? -1 : 1;
  const first = by[sort.key];
  return (a, b) =>
    sign * first(a, b) ||
    (sort.key === 'name' ? sign : 1) * collator.compare(a.attributes.name, b.attributes.name) ||
    (a.id < b.id ? -1 : 1);
}

/** The ids of the devices to show, in order; deleted ones are gone. */
export function arrange(
  devices: Iterable<Device>,
  criteria: Criteria,
  technology: (slug: string) => string,
): string[] {
  return [...devices]
    .filter((device) => device.attributes.deleted_at === null && matches(device, criteria, technology))
    .sort(compareBy(criteria.sort, technology))
    .map((device) => device.id);
}
