import { clockOfWall, offsetText, systemZone, type Wall, wallOf, weekdayOf, zone } from './zone';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** "40 s", "12 min", "3 h", "2 days": the largest unit that still says something; minutes up to two hours, as in the server's sentences. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < minute) return `${String(s)} s`;
  if (s < 2 * hour) return `${String(Math.floor(s / minute))} min`;
  if (s < 2 * day) return `${String(Math.floor(s / hour))} h`;
  return `${String(Math.floor(s / day))} days`;
}

// Written as `Intl` does in en-GB, but without it: a page that asks it for its first word waits 20 to 40 ms, and shows nothing meanwhile.
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

type Day = Pick<Wall, 'year' | 'month' | 'day'>;

/** "2 Jul" */
const dayOf = ({ day: date, month }: Day): string => `${String(date)} ${months[month - 1] ?? ''}`;
/** "2 Jul 2026" */
export const dateOf = (wall: Day): string => `${dayOf(wall)} ${String(wall.year)}`;
/** "Thu 2 Jul" */
const weekdayText = (wall: Wall): string => `${weekdays[weekdayOf(wall)] ?? ''} ${dayOf(wall)}`;
/** "14:05" */
const clockOf = (wall: Wall): string => clockOfWall(wall).slice(0, 5);

export function calendarDay(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? time : dateOf(wallOf(at));
}

export function dayTime(time: string): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return time;
  const wall = wallOf(at);
  return `${dayOf(wall)}, ${clockOf(wall)}`;
}

/** Relative to `now` (milliseconds); older than a month it is a date. */
export function ago(time: string, now: number): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return time;
  const seconds = (now - at) / 1000;
  if (seconds < -5) return seconds < -30 * day ? calendarDay(time) : `in ${span(-seconds)}`;
  if (seconds < 5) return 'just now';
  if (seconds < 30 * day) return `${span(seconds)} ago`;
  const wall = wallOf(at);
  return wall.year === wallOf(now).year ? dayOf(wall) : dateOf(wall);
}

export function absolute(time: string): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return time;
  const wall = wallOf(at);
  return `${dateOf(wall)}, ${clockOfWall(wall)}`;
}

export function iso(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toISOString();
}

/** The person's zone, "Europe/Oslo (UTC+01:00)". */
export function zoneName(): string {
  const name = zone() ?? systemZone();
  return name === 'UTC' ? name : `${name} (${offsetText(Date.now())})`;
}

/** The same where a page shows it first: the name of the computer's own zone is `Intl`'s to tell. */
export const zoneBrief = (): string => (zone() === undefined ? "this computer's zone" : zoneName());

/** "1,234,567"; of what is no whole number three digits of its fraction. */
export const count = (n: number): string =>
  String(Math.round(n * 1000) / 1000).replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ','));

/** "840 B", "12 kB", "3.4 MB". */
export function bytes(n: number): string {
  let value = n;
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (value < 1000) return `${value < 10 && unit !== 'B' ? value.toFixed(1) : String(Math.round(value))} ${unit}`;
    value /= 1000;
  }
  return `${value.toFixed(1)} TB`;
}

/** "84 ms", "1.9 s". */
export function took(ms: number): string {
  if (ms < 1) return '< 1 ms';
  return ms < 1000 ? `${String(Math.round(ms))} ms` : ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms / 1000);
}

/** "950", "1.2k", "3.4M": for axes and other narrow places. */
export function countShort(n: number): string {
  if (n < 1000) return String(n);
  const [value, unit] = n < 1_000_000 ? [n / 1000, 'k'] : n < 1_000_000_000 ? [n / 1_000_000, 'M'] : [n / 1_000_000_000, 'G'];
  return `${String(Math.round(value * 10) / 10)}${unit}`;
}

/** A bucket of a chart in words: "Sun 22 Nov, 14:00 to 15:00", "Sun 22 Nov (UTC)". `end` when it is several buckets. */
export function bucketText(start: number, step: number, end = start + step): string {
  if (step >= 24 * 60 * 60 * 1000) {
    // Whole days are the server's, and those are UTC's.
    const utc = (at: number): string => weekdayText(wallOf(at, 'UTC'));
    const last = end - step;
    return last > start ? `${utc(start)} to ${utc(last)} (UTC)` : `${utc(start)} (UTC)`;
  }
  const [first, then] = [wallOf(start), wallOf(end)];
  const [from, to, until] = [weekdayText(first), weekdayText(then), clockOf(then)];
  return `${from}, ${clockOf(first)} to ${from === to || until === '00:00' ? until : `${to}, ${until}`}`;
}

/** How long ago an hour was of which no minute is known: never told in minutes. `start` is its beginning, `now` in milliseconds. */
export function hourAgo(start: string, now: number): string {
  const at = Date.parse(start);
  if (Number.isNaN(at)) return start;
  const hours = Math.floor((now - at) / (hour * 1000));
  if (hours < 1) return 'this hour';
  return hours === 1 ? '1 h ago' : ago(start, now);
}

/** Under the axis: a clock time, or the day where a day begins. */
export function tickText(start: number, step: number): string {
  if (step >= 24 * 60 * 60 * 1000) return dayOf(wallOf(start, 'UTC'));
  const wall = wallOf(start);
  const time = clockOf(wall);
  return time === '00:00' ? dayOf(wall) : time;
}
