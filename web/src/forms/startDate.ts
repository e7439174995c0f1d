import { noDay, readWall } from '@/ui/dateText';
import { dateText, fromInput } from '@/ui/zone';

const dayMs = 24 * 60 * 60 * 1000;

export function daysAgo(days: number, now: number): string {
  return dateText(now - days * dayMs);
}

export function daysBetween(date: string, now: number): number {
  const [today, then] = [new Date(`${dateText(now)}T00:00:00Z`), new Date(`${date}T00:00:00Z`)];
  return Math.round((today.getTime() - then.getTime()) / dayMs);
}

/** The complaint about a start date, or null. */
export function dateComplaint(date: string, maxDays: number, now: number): string | null {
  if (readWall(date, false) !== date) return noDay;
  const days = daysBetween(date, now);
  if (days < 0) return 'The date lies in the future.';
  if (days > maxDays) return `At most ${String(maxDays)} days back: the vendor keeps no older events.`;
  return null;
}

/**
 * The instant at which a chosen day begins for the person, as `YYYY-MM-DDTHH:MM:SSZ`. Midnight of the first possible day lies
 * a few hours beyond the limit: then the limit itself is meant.
 */
export function startOf(date: string, maxDays: number, now: number): string {
  const midnight = fromInput(`${date}T00:00:00`) ?? now;
  const earliest = now - maxDays * dayMs + 60_000;
  return `${new Date(Math.max(midnight, earliest)).toISOString().slice(0, 19)}Z`;
}
