import { useCallback, useMemo, useState } from 'react';
import type { Devices } from '@/data/devices/known';
import { matches, sortDevices, type Criteria } from './order';

export interface Order {
  ids: string[];
  /** How many joined at the end since the list was last sorted. */
  fresh: number;
  sortAgain: () => void;
}

const none: string[] = [];

interface Base<T> {
  key: string;
  value: T;
}

/**
 * The order of the rows. It changes when a person searches, filters or sorts, never because a device changed: what
 * somebody is reading stays where it is. New devices join at the end until the list is sorted again. Sorting is the slow part, so
 * it is done once an order and every letter of a search only goes through the sorted list. When a device changes, only those that
 * joined are looked at. `ids` stays the same array while the order is the same.
 */
export function useOrder(
  devices: Devices,
  criteria: Criteria,
  loadedKey: string,
  technology: (slug: string) => string,
): Order {
  const [epoch, setEpoch] = useState(0);
  const sortedKey = JSON.stringify([criteria.sort, loadedKey, epoch]);
  const [sorted, setSorted] = useState<Base<{ ids: string[]; known: Devices['ids'] }>>({ key: '', value: { ids: [], known: new Map() } });
  let all = sorted;
  if (sorted.key !== sortedKey) {
    const ids = sortDevices(devices, criteria.sort, technology).map((device) => device.id);
    all = { key: sortedKey, value: { ids, known: devices.ids } };
    setSorted(all);
  }
  const shownKey = JSON.stringify([criteria, loadedKey, epoch]);
  const [shown, setShown] = useState<Base<string[]>>({ key: '', value: [] });
  let current = shown;
  if (shown.key !== shownKey) {
    const fits = (id: string): boolean => {
      const device = devices.get(id);
      return device !== undefined && device.attributes.deleted_at === null && matches(device, criteria, technology);
    };
    current = { key: shownKey, value: all.value.ids.filter(fits) };
    setShown(current);
  }
  const { ids: together } = devices;
  const joined = useMemo(() => (together === all.value.known ? none : [...together.keys()].filter((id) => !all.value.known.has(id))), [together, all]);
  const fresh = useMemo(() => {
    if (joined.length === 0) return none;
    return joined.filter((id) => {
      const device = devices.get(id);
      return device !== undefined && device.attributes.deleted_at === null && matches(device, criteria, technology);
    });
  }, [joined, devices, criteria, technology]);
  const left = useMemo(
    () => (current.value.every((id) => together.has(id)) ? current.value : current.value.filter((id) => together.has(id))),
    [current, together],
  );
  const next = useMemo(() => (fresh.length === 0 ? left : [...left, ...fresh]), [left, fresh]);
  // The same order is the same array: rows do not render again because a number changed somewhere.
  const [ids, setIds] = useState(next);
  const same = ids === next || (ids.length === next.length && ids.every((id, index) => id === next[index]));
  if (!same) setIds(next);
  const sortAgain = useCallback(() => {
    setEpoch((n) => n + 1);
  }, []);
  return { ids: same ? ids : next, fresh: fresh.length, sortAgain };
}
