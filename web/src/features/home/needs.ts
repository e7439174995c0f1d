import type { Device } from '@/api/types';
import { levelOf, levelRank, type ShownLevel, sinceOf } from '@/data/devices/level';
import { faultFirst } from '@/data/devices/sentence';
import { told } from '@/ui/moments';

export interface Need {
  device: Device;
  level: ShownLevel;
  /** What is wrong, the fault first. */
  sentence: string;
  /** All that the device says, where that is more. */
  whole?: string | undefined;
  since: string | null;
  /** Its form is what helps: a new token, or another address. */
  form: boolean;
  /** The vendor's trouble, that ends without anybody. */
  heals: boolean;
}

const day = 86_400_000;
/** Picket itself warns 30 days before a token ends; a device may show something worse first. */
const expiringDays = 30;
const tokenCodes = ['no_token', 'token_unreadable', 'unauthorized', 'token_expired', 'token_expiring', 'wrong_token_kind', 'account_mismatch', 'stream_missing'];
/** As the panel has it: there the server address is what is changed. */
export const addressCodes = ['wrong_region', 'settings', 'not_found', 'dns'];
const healing = ['rate_limited', 'retrying', 'unavailable'];

function expiresIn(device: Device, now: number): number | null {
  const at = device.attributes.credential?.expires_at;
  return at ? (Date.parse(at) - now) / day : null;
}

/** What is in trouble now: worst first, and of those the newest, since it is news. */
export function needsOf(devices: Iterable<Device>, now: number): Need[] {
  const needs: Need[] = [];
  for (const device of devices) {
    const level = levelOf(device);
    const details = device.attributes.status_details;
    const days = expiresIn(device, now);
    if (level === 'error' || level === 'warning') {
      needs.push({
        device,
        level,
        sentence: told(faultFirst(details)) || 'No data comes from it.',
        whole: details === null ? undefined : told(details.sentence),
        since: sinceOf(device),
        form: [...tokenCodes, ...addressCodes].includes(details?.code ?? ''),
        heals: healing.includes(details?.code ?? ''),
      });
    } else if (level === 'ok' && days !== null && days < expiringDays) {
      const left = Math.max(0, Math.floor(days));
      needs.push({
        device,
        level: 'warning',
        sentence: `Its token ends in ${left === 1 ? '1 day' : `${String(left)} days`}. Issue a new one and replace it before.`,
        since: null,
        form: true,
        heals: false,
      });
    }
  }
  const time = (need: Need): number => (need.since === null ? 0 : Date.parse(need.since));
  return needs.sort((a, b) => levelRank[a.level] - levelRank[b.level] || time(b) - time(a) || (a.device.id < b.device.id ? -1 : 1));
}

export type LevelCounts = Record<Exclude<ShownLevel, 'deleted'>, number>;

export function countLevels(devices: Iterable<Device>): LevelCounts {
  const counts: LevelCounts = { error: 0, warning: 0, verifying: 0, paused: 0, ok: 0 };
  for (const device of devices) {
    const level = levelOf(device);
    if (level !== 'deleted') counts[level] += 1;
  }
  return counts;
}

/** "12 % more than a week before", or null when there is nothing to compare with. */
export function comparison(now: number, before: number): string | null {
  if (before === 0) return null;
  const change = Math.round(((now - before) / before) * 100);
  if (change === 0) return 'as many as a week before';
  return change > 0 ? `${change.toLocaleString('en-GB')}\u00a0% more than a week before` : `${String(-change)}\u00a0% fewer than a week before`;
}
