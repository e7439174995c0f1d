/** What to do outside Picket, where its sentence does not say. */
export const advice: Partial<Record<string, string>> = {
  tls: "A proxy between Picket and the vendor probably shows a certificate of its own. Exempt the vendor's server in the proxy, or start Picket with --ca-file and the proxy's certificate authority.",
  disk_full: 'Free space on the disk that holds the data directory of Picket, or make it larger: old backups, logs and exports go first, never files inside the data directory. Picket goes on by itself then.',
};

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
