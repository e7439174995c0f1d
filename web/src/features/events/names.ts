import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useDeviceList, deviceQuery } from '@/data/devices/devices';
import type { Device } from '@/api/types';

export interface Names {
  devices: Map<string, Device>;
  device: (id: string) => string;
  stream: (key: string) => string;
  /** Every stream of every device, in the order of their technologies. */
  streamKeys: string[];
  /** The same, by title. */
  streams: { value: string; label: string }[];
}

/** What devices and streams are called; both come from the list of devices, which the console holds anyway. */
export function useNames(): Names {
  const { devices } = useDeviceList();
  return useMemo(() => {
    const titles = new Map<string, string>();
    for (const device of devices.values()) {
      for (const stream of device.attributes.status_details?.streams ?? []) titles.set(stream.stream, stream.title);
    }
    return {
      devices,
      device: (id) => devices.get(id)?.attributes.name ?? `Device ${id.slice(0, 8)}`,
      stream: (key) => titles.get(key) ?? key,
      streamKeys: [...titles.keys()],
      streams: [...titles].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label)),
    };
  }, [devices]);
}

/** The name of one device, deleted ones included: the list leaves those out. */
export function useDeviceName(names: Names, id: string): string {
  const known = names.devices.has(id);
  const { data } = useQuery({ ...deviceQuery(id), enabled: !known && id !== '', refetchInterval: false, staleTime: 60_000 });
  const gone = data?.device.attributes.deleted_at ? ' (deleted)' : '';
  return known || !data ? names.device(id) : `${data.device.attributes.name}${gone}`;
}

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

/** "Sweden" for "SE"; where the vendor gave a word, that word. */
export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

/** The classes of OCSF that events are read into. */
const classNames: Record<number, string> = {
  0: 'Base Event',
  2004: 'Detection Finding',
  3001: 'Account Change',
  3002: 'Authentication',
  3003: 'Authorize Session',
  3004: 'Entity Management',
  3005: 'User Access Management',
  3006: 'Group Management',
  6002: 'Application Lifecycle',
  6003: 'API Activity',
  6004: 'Web Resource Access Activity',
  6005: 'Datastore Activity',
};
export function className(uid: number): string {
  const name = classNames[uid];
  return name === undefined ? String(uid) : `${name} (${String(uid)})`;
}

export const outcomeWords = { success: 'Success', failure: 'Failure', unknown: 'Unknown' } as const;
