import { useMemo, useState } from 'react';
import type { Device } from '@/api/types';
import { arrange, matches, type Criteria } from './order';

export interface Order {
  ids: string[];
  /** How many joined at the end since the list was last sorted. */
  fresh: number;
  sortAgain: () => void;
}

/**
 * The order of the rows. It changes when a person searches, filters or sorts, never because a device changed: what
 * somebody is reading stays where it is. New devices join at the end until the list is sorted again.
 */
export function useOrder(
  devices: Map<string, Device>,
  criteria: Criteria,
  loadedKey: string,
  technology: (slug: string) => string,
): Order {
  const [epoch, setEpoch] = useState(0);
  const key = JSON.stringify([criteria, loadedKey, epoch]);
  const [base, setBase] = useState<{ key: string; ids: string[]; known: Set<string> }>({
    key: '',
    ids: [],
    known: new Set(),
  });
  let current = base;
  if (base.key !== key) {
    current = { key, ids: arrange(devices.values(), criteria, technology), known: new Set(devices.keys()) };
    setBase(current);
  }
  const fresh = useMemo(() => {
    const list: string[] = [];
    for (const device of devices.values()) {
      const isNew = !current.known.has(device.id) && device.attributes.deleted_at === null;
      if (isNew && matches(device, criteria, technology)) list.push(device.id);
    }
    return list;
    // The criteria are part of the key.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [devices, current, technology]);
  const ids = useMemo(
    () => [...current.ids.filter((id) => devices.has(id)), ...fresh],
    [current, devices, fresh],
  );
  return {
    ids,
    fresh: fresh.length,
    sortAgain: () => {
      setEpoch((n) => n + 1);
    },
  };
}
