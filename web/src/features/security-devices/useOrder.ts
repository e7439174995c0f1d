import { useCallback, useMemo, useState } from 'react';
import type { Device } from '@/api/types';
import { matches, sortDevices, type Criteria } from './order';

export interface Order {
  ids: string[];
  /** How many joined at the end since the list was last sorted. */
  fresh: number;
  sortAgain: () => void;
}

interface Base<T> {
  key: string;
  value: T;
}

/**
 * The order of the rows. It changes when a person searches, filters or sorts, never because a device changed: what
 * somebody is reading stays where it is. New devices join at the end until the list is sorted again. Sorting is the slow part, so
 * it is done once an order and every letter of a search only goes through the sorted list. `ids` stays the same array while the
 * order is the same.
 */
export function useOrder(
  devices: Map<string, Device>,
  criteria: Criteria,
  loadedKey: string,
  technology: (slug: string) => string,
): Order {
  const [epoch, setEpoch] = useState(0);
  const sortedKey = JSON.stringify([criteria.sort, loadedKey, epoch]);
  const [sorted, setSorted] = useState<Base<{ ids: string[]; known: Set<string> }>>({ key: '', value: { ids: [], known: new Set() } });
  let all = sorted;
  if (sorted.key !== sortedKey) {
    const ids = sortDevices(devices, criteria.sort, technology).map((device) => device.id);
    all = { key: sortedKey, value: { ids, known: new Set(devices.keys()) } };
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
  const fresh = useMemo(() => {
    const list: string[] = [];
    for (const device of devices.values()) {
      const isNew = !all.value.known.has(device.id) && device.attributes.deleted_at === null;
      if (isNew && matches(device, criteria, technology)) list.push(device.id);
    }
    return list;
    // The criteria are part of the key.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [devices, all, current, technology]);
  const next = useMemo(() => {
    const left = current.value.every((id) => devices.has(id)) ? current.value : current.value.filter((id) => devices.has(id));
    return fresh.length === 0 ? left : [...left, ...fresh];
  }, [current, devices, fresh]);
  // The same order is the same array: rows do not render again because a number changed somewhere.
  const [ids, setIds] = useState(next);
  const same = ids === next || (ids.length === next.length && ids.every((id, index) => id === next[index]));
  if (!same) setIds(next);
  const sortAgain = useCallback(() => {
    setEpoch((n) => n + 1);
  }, []);
  return { ids: same ? ids : next, fresh: fresh.length, sortAgain };
}
