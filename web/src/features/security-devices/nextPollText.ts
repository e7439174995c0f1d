import type { Device } from '@/api/types';
import { levelOf } from '@/data/devices/level';
import { ago, span } from '@/ui/timeText';

/** The server tells clocks alone every ten seconds, and a poll takes its time: until then what is late may well be done. */
const grace = 60_000;

/** What comes next is never in the past. `now` in milliseconds. */
export function nextPollText(time: string | null, now: number, never = 'not planned'): string {
  if (time === null) return never;
  const late = now - Date.parse(time);
  if (late < -6000) return ago(time, now);
  return late <= grace ? 'due now' : `${span(late / 1000)} late`;
}

/** When a device is asked next, for whichever of its streams comes first; where it is not, `none` says why. */
export function nextPollOf(device: Device): { time: string | null; none: string } {
  const { credential, next_poll_at, status_details: details } = device.attributes;
  const level = levelOf(device);
  const not = (why: string): { time: null; none: string } => ({ time: null, none: why });
  if (level === 'deleted') return not('none');
  if (level === 'paused') return not('not while paused');
  if (credential === null || details?.code === 'no_token') return not('not without a token');
  if (details?.code === 'disk_full') return not('not while the disk is full');
  const times = (details?.streams ?? []).map((one) => one.next_poll_at).filter((one) => one !== null);
  const first = times.reduce<string | null>((a, b) => (a === null || Date.parse(b) < Date.parse(a) ? b : a), null);
  // A device that is being verified is asked right now.
  return { time: first ?? next_poll_at, none: level === 'verifying' ? 'due now' : 'not planned' };
}
