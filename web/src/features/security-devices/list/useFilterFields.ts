import { useMemo } from 'react';
import type { Device } from '@/api/types';
import type { FilterChoice, FilterField } from '@/ui/filters/filters';
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

type Counts = Record<FilterKey, Map<string, number>>;

function countValues(devices: Map<string, Device>): Counts {
  const counts: Counts = { status: new Map(), technology: new Map(), location: new Map() };
  for (const device of devices.values()) {
    if (device.attributes.deleted_at !== null) continue;
    for (const key of filterKeys) {
      const value = filterValue(device, key);
      if (value !== '') counts[key].set(value, (counts[key].get(value) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * What the list can be filtered by, with how many devices each value has. Counted when somebody looks: among thousands of devices one changes ten
 * times a second.
 */
export function useFilterFields(devices: Map<string, Device>): FilterField[] {
  const { technology } = useDevicesView();
  return useMemo(() => {
    let counted: Counts | undefined;
    const choicesOf = (key: FilterKey): FilterChoice[] => {
      counted ??= countValues(devices);
      const known = counted[key];
      if (key === 'status') return statusFilters.map((value) => ({ value, label: statusWords[value], count: known.get(value) ?? 0 }));
      return [...known]
        .map(([value, count]) => ({ value, label: key === 'technology' ? technology(value) : value, count }))
        .sort((a, b) => a.label.localeCompare(b.label));
    };
    return filterKeys.map((key): FilterField => {
      let choices: FilterChoice[] | undefined;
      return {
        key,
        label: labels[key],
        get choices() {
          return (choices ??= choicesOf(key));
        },
      };
    });
  }, [devices, technology]);
}
