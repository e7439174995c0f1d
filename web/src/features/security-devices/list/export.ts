import type { Device } from '@/api/types';
import { saveText } from '@/ui/saveFrom';
import { levelWords } from '@/ui/StatusBadge';
import { levelOf, sinceOf } from '../order';

type Technology = (slug: string) => string;

const fields: [string, (device: Device, technology: Technology) => string | number | null | undefined][] = [
  ['id', (device) => device.id],
  ['name', (device) => device.attributes.name],
  ['technology', (device, technology) => technology(device.attributes.plugin_slug)],
  ['location', (device) => device.attributes.location],
  ['status', (device) => levelWords[levelOf(device)]],
  ['status_since', sinceOf],
  ['reason', (device) => device.attributes.status_details?.sentence],
  ['code', (device) => device.attributes.status_details?.code],
  ['last_successful_poll_at', (device) => device.attributes.last_successful_poll_at],
  ['last_data_received_at', (device) => device.attributes.last_data_received_at],
  ['newest_event_at', (device) => device.attributes.newest_event_at],
  ['events_24h', (device) => device.attributes.events_24h],
  ['usual_24h', (device) => device.attributes.usual_24h],
  ['bytes_total', (device) => device.attributes.bytes_total],
  ['token_expires_at', (device) => device.attributes.credential?.expires_at],
  ['created_at', (device) => device.attributes.created_at],
];

/** One cell (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe in front. */
export function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The devices as a table, times in ISO 8601. */
export function toCsv(devices: Device[], technology: Technology): string {
  const head = fields.map(([title]) => title).join(',');
  const rows = devices.map((device) => fields.map(([, value]) => cell(value(device, technology))).join(','));
  return `${[head, ...rows].join('\r\n')}\r\n`;
}

/** The devices as the API gives them; there is no secret in it. */
export function toJson(devices: Device[]): string {
  return `${JSON.stringify(devices.map(({ id, attributes }) => ({ id, ...attributes })), null, 2)}\n`;
}

export type ExportFormat = 'csv' | 'json';

export function exportDevices(format: ExportFormat, devices: Device[], technology: Technology): string {
  const day = new Date().toISOString().slice(0, 10);
  const name = `picket-security-devices-${day}.${format}`;
  // Spreadsheets take a table without this mark for Latin-1.
  if (format === 'csv') saveText(name, 'text/csv', `\ufeff${toCsv(devices, technology)}`);
  else saveText(name, 'application/json', toJson(devices));
  return name;
}
