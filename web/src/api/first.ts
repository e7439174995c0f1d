import type { DeviceAttributes } from './types';

/** Paths that are asked for before the code that shows them is there; `data/` asks for the very same. */
export const sessionPath = '/auth/v0/session';
export const pluginsPath = '/api/v2/plugins?page[limit]=1000';
/** A first page that paints at once fills a screen and a half. */
export const firstDevices = 50;

/** Every attribute, so that a device of the list is as good as one alone; its relationships are more than half of its bytes, and no list shows them. */
const attributes: Record<keyof DeviceAttributes, true> = {
  bytes_total: true,
  created_at: true,
  credential: true,
  deleted_at: true,
  device_spec: true,
  device_type: true,
  events_24h: true,
  has_console_credentials: true,
  has_two_factor_secret: true,
  is_verifying_status: true,
  last_data_received_at: true,
  last_successful_poll_at: true,
  location: true,
  name: true,
  newest_event_at: true,
  next_poll_at: true,
  no_alert_threshold_hours: true,
  paused: true,
  plugin_slug: true,
  properties: true,
  start_time: true,
  status: true,
  status_details: true,
  status_updated_at: true,
  task_source: true,
  updated_at: true,
  usual_24h: true,
};

export function devicesPath(offset: number, limit: number): string {
  const query = new URLSearchParams({ sort: '+name', 'page[limit]': String(limit), 'page[offset]': String(offset) });
  query.set('fields[security_devices]', Object.keys(attributes).join(','));
  return `/api/v2/security_devices?${query.toString()}`;
}

export const firstDevicesPath = devicesPath(0, firstDevices);
