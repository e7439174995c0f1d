import type { Device } from '@/api/types';

export type Remedy = 'add-token' | 'replace-token' | 'edit' | 'resume' | 'addresses' | 'records' | 'try';

const remedies: Record<string, readonly Remedy[]> = {
  no_token: ['add-token'],
  unauthorized: ['replace-token', 'try'],
  token_expired: ['replace-token', 'try'],
  token_expiring: ['replace-token'],
  wrong_token_kind: ['replace-token', 'try'],
  account_mismatch: ['replace-token', 'try'],
  stream_missing: ['replace-token', 'try'],
  token_unreadable: ['replace-token', 'try'],
  wrong_region: ['edit', 'try'],
  settings: ['edit', 'try'],
  not_found: ['edit', 'try'],
  dns: ['edit', 'try'],
  tls: ['edit', 'try'],
  protocol: ['edit', 'try'],
  connect: ['edit', 'try', 'addresses'],
  timeout: ['try', 'addresses'],
  blocked: ['try', 'addresses'],
  unavailable: ['try'],
  cursor_lost: ['try'],
  retrying: ['try'],
  unreadable: ['records'],
  paused: ['resume'],
};

/** What a person can do about the state of a device from here, the likeliest first; nothing when it heals by itself or outside Picket. */
export function remediesOf(device: Device): readonly Remedy[] {
  if (device.attributes.paused) return ['resume'];
  return remedies[device.attributes.status_details?.code ?? ''] ?? [];
}
