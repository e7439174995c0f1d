import type { Device } from '@/api/types';
import { levelOf, levelRank, type ShownLevel, sinceOf } from '@/data/devices/level';
import { remediesOf } from '@/data/devices/remedies';
import { faultFirst } from '@/data/devices/sentence';
import { count } from '@/ui/timeText';

export interface Need {
  device: Device;
  level: ShownLevel;
  /** What is wrong, the fault first. */
  sentence: string;
  /** All that the device says, where that is more. */
  whole?: string | undefined;
  since: string | null;
  /** What its form can do about it: a new token, or another address. */
  form: 'Add token' | 'Replace token' | 'Change server address' | null;
  /** The vendor's trouble, that ends without anybody. */
  heals: boolean;
}

const day = 86_400_000;
/** Picket itself warns 30 days before a token ends; a device may show something worse first. */
const expiringDays = 30;
const healing = ['rate_limited', 'retrying', 'unavailable'];
/** A vendor's trouble that lasts longer is worth a look at its status page. */
const healingMs = 60 * 60 * 1000;

function expiresIn(device: Device, now: number): number | null {
  const at = device.attributes.credential?.expires_at;
  return at ? (Date.parse(at) - now) / day : null;
}

/** As the panel has it. */
function formOf(device: Device): Need['form'] {
  const [first] = remediesOf(device);
  if (first === 'add-token') return 'Add token';
  return first === 'edit' ? 'Change server address' : first === 'replace-token' ? 'Replace token' : null;
}

/** What is in trouble now: worst first, and of those the newest, since it is news. */
export function needsOf(devices: Iterable<Device>, now: number): Need[] {
  const needs: Need[] = [];
  for (const device of devices) {
    const level = levelOf(device);
    const since = sinceOf(device);
    const details = device.attributes.status_details;
    const days = expiresIn(device, now);
    if (level === 'error' || level === 'warning') {
      needs.push({
        device,
        level,
        sentence: faultFirst(details) || 'No data comes from it.',
        whole: details?.sentence,
        since,
        form: formOf(device),
        heals: healing.includes(details?.code ?? '') && since !== null && now - Date.parse(since) < healingMs,
      });
    } else if (level === 'ok' && days !== null && days < expiringDays) {
      const left = Math.max(0, Math.floor(days));
      needs.push({
        device,
        level: 'warning',
        sentence: `Its token ends in ${left === 1 ? '1 day' : `${String(left)} days`}. Issue a new one and replace it before.`,
        since: null,
        form: 'Replace token',
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
  return change > 0 ? `${count(change)}\u00a0% more than a week before` : `${String(-change)}\u00a0% fewer than a week before`;
}
