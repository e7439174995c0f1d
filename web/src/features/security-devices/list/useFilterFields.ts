import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { sortedByText } from '@/collate';
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
 * times a second, and nothing is drawn anew for that. `together` tells that devices have joined.
 */
export function useFilterFields(together: Devices['ids']): FilterField[] {
  const { technology } = useDevicesView();
  const client = useQueryClient();
  return useMemo(() => {
    const labelOf: Record<FilterKey, (value: string) => string> = {
      status: (value) => statusWords[value as StatusFilter],
      technology,
      location: (value) => value,
    };
    const choicesOf = (key: FilterKey, devices: Devices): FilterChoice[] => {
      const known = countValues(devices, key);
      const values = key === 'status' ? statusFilters : [...known.keys()];
      const choices = values.map((value) => ({ value, label: labelOf[key](value), count: known.get(value) ?? 0 }));
      return key === 'status' ? choices : sortedByText(choices, ({ label }) => label);
    };
    return filterKeys.map((key): FilterField => {
      let counted: { devices: Devices; choices: FilterChoice[] } | undefined;
      return {
        key,
        label: labels[key],
        labelOf: labelOf[key],
        get choices() {
          const devices = knownDevices(client);
          if (counted?.devices !== devices) counted = { devices, choices: choicesOf(key, devices) };
          return counted.choices;
        },
      };
    });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what has joined is to be offered where a choice is open
  }, [client, technology, together]);
}
