import type { Device } from '@/api/types';

export type Remedy = 'add-token' | 'replace-token' | 'edit' | 'resume' | 'addresses';

const remedies: Record<string, Remedy> = {
  no_token: 'add-token',
  unauthorized: 'replace-token',
  token_expired: 'replace-token',
  token_expiring: 'replace-token',
  wrong_token_kind: 'replace-token',
  account_mismatch: 'replace-token',
  stream_missing: 'replace-token',
  token_unreadable: 'replace-token',
  wrong_region: 'edit',
  settings: 'edit',
  not_found: 'edit',
  dns: 'edit',
  connect: 'addresses',
  timeout: 'addresses',
  blocked: 'addresses',
  paused: 'resume',
};

/** What a person can do about the state of a device from here; null when it heals by itself or outside Picket. */
export function remedyOf(device: Device): Remedy | null {
  if (device.attributes.paused) return 'resume';
  return remedies[device.attributes.status_details?.code ?? ''] ?? null;
}

/** The outcome of a poll in a word or two. */
export const outcomeWords: Record<string, string> = {
  ok: 'Worked',
  unauthorized: 'Not authorised',
  token_expired: 'Token expired',
  token_expiring: 'Token expires soon',
  wrong_region: 'Wrong server address',
  wrong_token_kind: 'Wrong kind of token',
  account_mismatch: 'Other account',
  stream_missing: 'Not in the token',
  rate_limited: 'Asked to wait',
  dns: 'Name not found',
  connect: 'Not reachable',
  tls: 'No secure connection',
  timeout: 'No answer in time',
  blocked: 'Address not allowed',
  unavailable: 'Vendor trouble',
  not_found: 'Not found there',
  protocol: 'Unexpected answer',
  cursor_lost: 'Cursor not accepted',
  no_token: 'No token',
  settings: 'Settings not usable',
  token_unreadable: 'Token not readable',
  disk_full: 'Disk full here',
  internal: 'Fault in Picket',
};

/** What a verdict on a device can be beside the outcome of a poll. */
const verdictWords: Record<string, string> = {
  receiving: 'Receiving',
  quiet: 'Quiet',
  silent: 'Unusually quiet',
  backfilling: 'Reading history',
  verifying: 'Waiting for the first answer',
  retrying: 'Trying again',
  unreadable: 'Records not readable yet',
  paused: 'Paused',
};

/** The reason of a verdict in a word or two. */
export function codeText(code: string): string {
  return verdictWords[code] ?? outcomeText(code);
}

export function outcomeText(code: string): string {
  return outcomeWords[code] ?? code.replaceAll('_', ' ');
}
