import type { Device } from '@/api/types';

/** One answer to the list, as it came and as live changes have changed it since. */
export interface DevicePage {
  devices: Device[];
  total: number;
}

/** All devices that are known, by id. One that changes costs what one costs, however many there are. */
export interface Devices {
  readonly size: number;
  /** Their ids in the order in which they became known: the same object after live changes, while no device joins. */
  readonly ids: Pick<ReadonlyMap<string, unknown>, 'has' | 'keys' | 'size'>;
  get: (id: string) => Device | undefined;
  values: () => Iterable<Device>;
}

/** Gives a device as it is to be; undefined leaves it as it is, or adds none. */
export type Change = (known: Device | undefined) => Device | undefined;

/** Where in the pages each device stands. */
type Places = ReadonlyMap<string, { page: number; index: number }>;

const placesOf = new WeakMap<readonly DevicePage[], Places>();
const viewOf = new WeakMap<readonly DevicePage[], Devices>();

function find(pages: readonly DevicePage[]): Places {
  const known = placesOf.get(pages);
  if (known) return known;
  const places = new Map<string, { page: number; index: number }>();
  pages.forEach(({ devices }, page) => {
    devices.forEach(({ id, meta }, index) => {
      // A device that joins while pages are asked for moves another to the next page too, and a live change may have overtaken that.
      const other = places.get(id);
      const before = other && pages[other.page]?.devices[other.index];
      if (!before || before.meta.version <= meta.version) places.set(id, { page, index });
    });
  });
  placesOf.set(pages, places);
  return places;
}

/** The devices of these pages, which must not be changed afterwards; the same object for the same pages. Ten thousand are looked through once. */
export function devicesOf(pages: readonly DevicePage[]): Devices {
  const known = viewOf.get(pages);
  if (known) return known;
  const places = find(pages);
  const get = (id: string): Device | undefined => {
    const place = places.get(id);
    return place && pages[place.page]?.devices[place.index];
  };
  const view: Devices = {
    size: places.size,
    ids: places,
    get,
    *values() {
      for (const id of places.keys()) {
        const device = get(id);
        if (device) yield device;
      }
    },
  };
  viewOf.set(pages, view);
  return view;
}

/** The pages with these changes, the same if nothing changes. Devices that the pages do not have join at the end. */
export function changed(pages: DevicePage[], changes: ReadonlyMap<string, Change>): DevicePage[] {
  const places = find(pages);
  const next = [...pages];
  const joined: Device[] = [];
  for (const [id, change] of changes) {
    const place = places.get(id);
    const page = place && next[place.page];
    if (!page) {
      const device = change(undefined);
      if (device) joined.push(device);
      continue;
    }
    const known = page.devices[place.index];
    const device = change(known);
    if (!device || device === known) continue;
    const own = page === pages[place.page] ? { ...page, devices: [...page.devices] } : page;
    own.devices[place.index] = device;
    next[place.page] = own;
  }
  const last = next.at(-1);
  if (joined.length > 0 && last) {
    next[next.length - 1] = { devices: [...last.devices, ...joined], total: last.total + joined.length };
    return next;
  }
  if (next.every((page, index) => page === pages[index])) return pages;
  placesOf.set(next, places);
  return next;
}

/**
 * What an answer makes of the pages: what live changes brought while it was on its way stays. `next` are all pages as the answer has them, those
 * that were known when it was asked for included, `now` as they are.
 */
export function answered(now: DevicePage[], next: DevicePage[]): DevicePage[] {
  if (next === now || placesOf.get(next) === find(now)) return next;
  if (next.length > now.length) return [...now, ...next.slice(now.length)];
  const known = devicesOf(now);
  return next.map((page) => {
    if (now.includes(page)) return page;
    const newer = (device: Device): Device => {
      const other = known.get(device.id);
      return other && other.meta.version > device.meta.version ? other : device;
    };
    return { ...page, devices: page.devices.map(newer) };
  });
}
