import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { knownDevices } from '@/data/devices/devices';
import type { Devices } from '@/data/devices/known';
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

function countValues(devices: Devices, key: FilterKey): Map<string, number> {
  const counts = new Map<string, number>();
  for (const device of devices.values()) {
    const value = device.attributes.deleted_at === null ? filterValue(device, key) : '';
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/**
 * What the list can be filtered by, with how many devices each value has. Counted when somebody looks: among thousands of devices one changes ten
 * times a second, and nothing is drawn anew for that.
 */
export function useFilterFields(): FilterField[] {
  const { technology } = useDevicesView();
  const client = useQueryClient();
  return useMemo(() => {
    const choicesOf = (key: FilterKey): FilterChoice[] => {
      const known = countValues(knownDevices(client), key);
      if (key === 'status') return statusFilters.map((value) => ({ value, label: statusWords[value], count: known.get(value) ?? 0 }));
      return [...known]
        .map(([value, count]) => ({ value, label: key === 'technology' ? technology(value) : value, count }))
        .sort((a, b) => a.label.localeCompare(b.label));
    };
    return filterKeys.map((key): FilterField => ({
      key,
      label: labels[key],
      get choices() {
        return choicesOf(key);
      },
    }));
  }, [client, technology]);
}
