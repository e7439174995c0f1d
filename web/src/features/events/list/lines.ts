import type { EventRow } from '@/data/events/types';
import { startOfDay } from '@/ui/zone';

/** A line of the list: an event, or the day that begins above it. */
export type Line = { kind: 'day'; key: string; start: number } | { kind: 'event'; key: string; index: number };

/** The first day is told, too: a row has only the time of day. */
export function linesOf(events: readonly EventRow[]): Line[] {
  const lines: Line[] = [];
  let start = Infinity;
  let end = -Infinity;
  events.forEach((event, index) => {
    const at = Date.parse(event.time);
    if (at < start || at >= end) {
      start = startOfDay(at);
      end = startOfDay(at, 1);
      lines.push({ kind: 'day', key: `day ${String(start)}`, start });
    }
    lines.push({ kind: 'event', key: event.id, index });
  });
  return lines;
}
