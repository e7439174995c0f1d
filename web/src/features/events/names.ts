import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { sortedByText } from '@/collate';
import { useDeviceList, deviceQuery } from '@/data/devices/devices';
import type { Devices } from '@/data/devices/known';

export interface Names {
  /** What each device is called, by its id. */
  devices: ReadonlyMap<string, string>;
  /** There is no device at all: nothing can have come, and nothing will. */
  noDevice: boolean;
  device: (id: string) => string;
  stream: (key: string) => string;
  /** Every stream of every device, in the order of their technologies. */
  streamKeys: string[];
  /** The same, by title. */
  streams: { value: string; label: string }[];
}

interface Known {
  names: Map<string, string>;
  titles: Map<string, string>;
}

function read(devices: Devices): Known {
  const names = new Map<string, string>();
  const titles = new Map<string, string>();
  for (const { id, attributes } of devices.values()) {
    names.set(id, attributes.name);
    for (const { stream, title } of attributes.status_details?.streams ?? []) if (!titles.has(stream)) titles.set(stream, title);
  }
  return { names, titles };
}

/** Whether it would be read the same again. A stream is called what its first device calls it: two that disagree, as after an upgrade, change nothing. */
function stillSo({ names, titles }: Known, devices: Devices): boolean {
  if (names.size !== devices.size) return false;
  for (const { id, attributes } of devices.values()) {
    if (names.get(id) !== attributes.name) return false;
    for (const { stream } of attributes.status_details?.streams ?? []) if (!titles.has(stream)) return false;
  }
  return true;
}

/**
 * What devices and streams are called; both come from the list of devices, which the console holds anyway. Devices change ten times a second, their names
 * seldom: the same object while no name changes, for every value in every row asks for it.
 */
export function useNames(): Names {
  const { devices, complete } = useDeviceList();
  const [kept, setKept] = useState(() => read(devices));
  const known = useMemo(() => (stillSo(kept, devices) ? kept : read(devices)), [kept, devices]);
  if (known !== kept) setKept(known);
  return useMemo(() => {
    const { names, titles } = known;
    return {
      devices: names,
      noDevice: complete && names.size === 0,
      device: (id) => names.get(id) ?? `Device ${id.slice(0, 8)}`,
      stream: (key) => titles.get(key) ?? key,
      streamKeys: [...titles.keys()],
      streams: sortedByText([...titles].map(([value, label]) => ({ value, label })), ({ label }) => label),
    };
  }, [known, complete]);
}

/** The name of one device, deleted ones included: the list leaves those out. */
export function useDeviceName(names: Names, id: string): string {
  const known = names.devices.has(id);
  const { data } = useQuery({ ...deviceQuery(id), enabled: !known && id !== '', refetchInterval: false, staleTime: 60_000 });
  const gone = data?.device.attributes.deleted_at ? ' (deleted)' : '';
  return known || !data ? names.device(id) : `${data.device.attributes.name}${gone}`;
}

let regions: Intl.DisplayNames | undefined;

/** "Sweden" for "SE"; where the vendor gave a word, that word. */
export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  try {
    regions ??= new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

/** The classes of OCSF that events are read into, as people call them; their numbers stand in the OCSF form. */
const kinds: Record<number, string> = {
  0: 'Other',
  2004: 'Finding',
  3001: 'Account change',
  3002: 'Sign-in',
  3003: 'Session',
  3004: 'Change',
  3005: 'Change of access',
  3006: 'Change of a group',
  6002: 'Change of an app',
  6003: 'Use of an API',
  6004: 'Use of a web resource',
  6005: 'Use of data',
};
export const kindOfEvent = (classUid: number): string | null => kinds[classUid] ?? null;

export const outcomeWords = { success: 'Success', failure: 'Failure', unknown: 'Unknown' } as const;
