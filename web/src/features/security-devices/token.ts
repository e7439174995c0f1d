import type { Device, StreamStatus } from '@/api/types';

/** The vendor said no to the token itself. A kind of events that it leaves out is no such thing. */
const refusals: ReadonlySet<string> = new Set([
  'unauthorized', 'token_expired', 'wrong_region', 'wrong_token_kind', 'account_mismatch', 'token_unreadable',
]);

export const refusedFor = (stream: StreamStatus): boolean =>
  refusals.has(stream.code) || (stream.consecutive_failures > 0 && refusals.has(stream.last_error?.code ?? ''));

/**
 * What is known of the token: a vendor that answered since it was stored has accepted it; one that refuses every stream refuses it; until one of
 * both it is only known what the token says of itself.
 */
export function tokenStanding(device: Device): 'accepted' | 'refused' | 'untried' {
  const { credential, last_successful_poll_at: polled, status_details: details } = device.attributes;
  const streams = details?.streams ?? [];
  const everywhere = streams.length > 0 && streams.every((stream) => refusedFor(stream) || stream.last_error?.code === 'stream_missing');
  const refused = (details?.level === 'error' && refusals.has(details.code)) || (everywhere && streams.some(refusedFor));
  if (refused) return 'refused';
  return credential !== null && polled !== null && Date.parse(polled) > Date.parse(credential.replaced_at) ? 'accepted' : 'untried';
}

/** What stands where the end of the token would. */
export function noEndText(device: Device): string {
  if (device.attributes.credential === null) return 'no token';
  return tokenStanding(device) === 'refused' ? 'not known' : 'never';
}
