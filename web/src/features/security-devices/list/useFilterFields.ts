import { useMemo } from 'react';
import type { Device } from '@/api/types';
import type { FilterField } from '@/ui/filters/filters';
import { useDevicesView } from '../context';
import { filterValue } from '../order';
import { filterKeys, type FilterKey, type StatusFilter, statusFilters } from '../search';

export const statusWords: Record<StatusFilter, string> = {
  unhealthy: 'Unhealthy',
  attention: 'Needs attention',
  verifying: 'Verifying',
  paused: 'Paused',
  healthy: 'Healthy',
};

const labels: Record<FilterKey, string> = { status: 'Status', technology: 'Technology', location: 'Location' };

/** What the list can be filtered by, with how many devices each value has. */
export function useFilterFields(devices: Map<string, Device>): FilterField[] {
  const { technology } = useDevicesView();
  return useMemo(() => {
    const counts: Record<FilterKey, Map<string, number>> = { status: new Map(), technology: new Map(), location: new Map() };
    for (const device of devices.values()) {
      if (device.attributes.deleted_at !== null) continue;
      for (const key of filterKeys) {
        const value = filterValue(device, key);
        if (value !== '') counts[key].set(value, (counts[key].get(value) ?? 0) + 1);
      }
    }
    return filterKeys.map((key): FilterField => {
      const known = counts[key];
      const choices =
        key === 'status'
          ? statusFilters.map((value) => ({ value, label: statusWords[value], count: known.get(value) ?? 0 }))
          : [...known]
              .map(([value, count]) => ({ value, label: key === 'technology' ? technology(value) : value, count }))
              .sort((a, b) => a.label.localeCompare(b.label));
      return { key, label: labels[key], choices };
    });
  }, [devices, technology]);
}
