import type { Device } from '@/api/types';

/** One answer to the list, as it came and as live changes have changed it since. */
export interface DevicePage {
  devices: Device[];
  total: number;
}

/** All devices that are known, by id. One that changes costs what one costs, however many there are. */
export interface Devices {
  readonly size: number;
  /** Their ids in the order in which they became known: the same object while no device joins or leaves. */
  readonly ids: Pick<ReadonlyMap<string, unknown>, 'has' | 'keys' | 'size'>;
  has: (id: string) => boolean;
  get: (id: string) => Device | undefined;
  values: () => Iterable<Device>;
}

/** Where in the pages each device stands. */
type Places = ReadonlyMap<string, { page: number; index: number }>;

/** What is given for a change: the device as it is to be, or undefined for none. */
export type Change = (known: Device | undefined) => Device | undefined;

const placesOf = new WeakMap<readonly DevicePage[], Places>();

function find(pages: readonly DevicePage[]): Places {
  const known = placesOf.get(pages);
  if (known) return known;
  const places = new Map<string, { page: number; index: number }>();
  // A device that joins while pages are asked for moves another to the next page too: what came last is newer.
  pages.forEach(({ devices }, page) => {
    devices.forEach(({ id }, index) => places.set(id, { page, index }));
  });
  placesOf.set(pages, places);
  return places;
}

/** The devices of these pages, which must not change any more. Ten thousand are looked through once, and not again after `changed`. */
export function devicesOf(pages: readonly DevicePage[]): Devices {
  const places = find(pages);
  const get = (id: string): Device | undefined => {
    const place = places.get(id);
    return place && pages[place.page]?.devices[place.index];
  };
  return {
    size: places.size,
    ids: places,
    has: (id) => places.has(id),
    get,
    *values() {
      for (const id of places.keys()) {
        const device = get(id);
        if (device) yield device;
      }
    },
  };
}

/** The pages with these changes, the same if nothing changes. Devices that the pages do not have join at the end. */
export function changed(pages: DevicePage[], changes: ReadonlyMap<string, Change>): DevicePage[] {
  const places = find(pages);
  const next = [...pages];
  const copied = new Set<number>();
  const joined: Device[] = [];
  for (const [id, change] of changes) {
    const place = places.get(id);
    const page = place && next[place.page];
    const known = page?.devices[place?.index ?? 0];
    const device = change(known);
    if (!device || device === known) continue;
    if (!page) {
      joined.push(device);
      continue;
    }
    if (!copied.has(place.page)) {
      copied.add(place.page);
      next[place.page] = { ...page, devices: [...page.devices] };
    }
    const { devices } = next[place.page] ?? page;
    devices[place.index] = device;
  }
  const last = next.at(-1);
  if (joined.length > 0 && last) {
    next[next.length - 1] = { devices: [...last.devices, ...joined], total: last.total + joined.length };
    return next;
  }
  if (copied.size === 0) return pages;
  placesOf.set(next, places);
  return next;
}
