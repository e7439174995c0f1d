import type { QueryClient } from '@tanstack/react-query';
import type { Device, LiveEvents } from '@/api/types';
import { detectionKeys, tellDetections } from '@/data/detections/keys';
import { deviceKeys, patchDevices } from '@/data/devices/devices';
import type { Change } from '@/data/devices/known';
import { tellArrivals } from '@/data/events/arrivals';
import { historyKeys } from '@/data/histories/histories';
import { recentKey } from '@/data/histories/recent';
import type { LiveMessage } from './live';

function chain(changes: Map<string, Change>, id: string, next: Change): void {
  const before = changes.get(id);
  changes.set(id, before ? (known) => next(before(known)) : next);
}

function withCounts(device: Device, { stream, events_total: all, events_24h: events24h, events_unreadable: unreadable }: LiveEvents): Device {
  const details = device.attributes.status_details;
  const known = details?.streams.find((one) => one.stream === stream);
  if (!details || !known) return device;
  const streams = details.streams.map((one) =>
    one === known ? { ...one, events_24h: events24h, events_total: all, events_unreadable: unreadable } : one,
  );
  const total = streams.reduce((sum, one) => sum + one.events_24h, 0);
  return {
    ...device,
    attributes: { ...device.attributes, events_24h: total, status_details: { ...details, streams } },
  };
}

/** Brings live messages into the cache. */
export function applyLive(client: QueryClient, messages: LiveMessage[]): void {
  if (messages.some((message) => message.kind === 'reset')) {
    void client.invalidateQueries({ queryKey: deviceKeys.all });
    void client.invalidateQueries({ queryKey: ['security_device_histories'] });
    tellDetections(client, { rules: true, matches: true });
    tellArrivals(null);
    return;
  }
  const changes = new Map<string, Change>();
  const histories = new Set<string>();
  for (const message of messages) {
    if (message.kind === 'history') {
      histories.add(message.data.security_device_id);
    } else if (message.kind === 'events') {
      const { data } = message;
      chain(changes, data.security_device_id, (known) => known && withCounts(known, data));
    } else if (message.kind === 'change' && message.data.type === 'security_devices') {
      const { id, deleted, data } = message.data;
      const device = data as Device | null;
      if (deleted || device === null) {
        const at = new Date().toISOString();
        chain(changes, id, (known) => known && { ...known, attributes: { ...known.attributes, deleted_at: at } });
      } else {
        chain(changes, id, () => device);
      }
    }
  }
  const arrivals = messages.flatMap((message) =>
    message.kind === 'events' ? [{ deviceId: message.data.security_device_id, stream: message.data.stream }] : [],
  );
  if (arrivals.length > 0) tellArrivals(arrivals);
  const told = messages.flatMap((message) => (message.kind === 'detections' ? [message.data] : []));
  if (told.length > 0) tellDetections(client, { rules: told.some((one) => one.rules), matches: told.some((one) => one.matches) });
  if (changes.size > 0) patchDevices(client, changes);
  for (const id of histories) {
    void client.invalidateQueries({ queryKey: historyKeys.of(id) });
    // With a device's health changes what nobody watches while it is down.
    void client.invalidateQueries({ queryKey: detectionKeys.device(id) });
  }
  if (histories.size > 0) void client.invalidateQueries({ queryKey: recentKey });
}
