import { useEffect, useState } from 'react';
import { onArrivals, type Arrival } from '@/data/events/arrivals';
import { countEvents } from '@/data/events/events';
import type { EventRow, EventWindow } from '@/data/events/types';

/** A feed may say "new" fifty times a second; nobody reads a number that often. */
const everyMs = 1500;
/** Events that a vendor delivers later than this are found by the next search, not by the pill. */
const lateMs = 15 * 60_000;
const firstRows = 100;

function concerns(asked: EventWindow, arrivals: Arrival[] | null): boolean {
  if (arrivals === null) return true;
  const wanted = (field: 'device' | 'stream', value: string): boolean =>
    asked.filters.find((filter) => filter.field === field)?.values.includes(value) ?? true;
  return arrivals.some((arrival) => wanted('device', arrival.deviceId) && wanted('stream', arrival.stream));
}

/**
 * How many events of the view have come since it was asked for. The feed only says that something came; whether it fits the filters,
 * the server tells. Counted is from a little before the view was asked for, because vendors deliver late.
 */
export function useFresh(asked: EventWindow, anchor: number, events: EventRow[], ready: boolean): number {
  const [fresh, setFresh] = useState({ asked, count: 0 });
  const live = ready && (asked.to === null || asked.to > anchor);
  const border = events.length >= firstRows ? Date.parse(events[firstRows - 1]?.time ?? '') : -Infinity;
  const from = Math.max(border, anchor - lateMs, asked.from ?? -Infinity);
  let known = 0;
  if (live) while (known < events.length && Date.parse(events[known]?.time ?? '') >= from) known += 1;
  useEffect(() => {
    if (!live) return;
    const abort = new AbortController();
    let timer: number | undefined;
    let last = 0;
    const look = (): void => {
      timer = undefined;
      last = Date.now();
      countEvents({ ...asked, from }, abort.signal)
        .then((total) => {
          setFresh({ asked, count: Math.max(0, total - known) });
        })
        // The live dot tells when the server is gone; the pill has nothing to add.
        .catch(() => undefined);
    };
    const forget = onArrivals((arrivals) => {
      if (timer !== undefined || !concerns(asked, arrivals)) return;
      timer = window.setTimeout(look, Math.max(0, last + everyMs - Date.now()));
    });
    return () => {
      abort.abort();
      window.clearTimeout(timer);
      forget();
    };
  }, [live, asked, from, known]);
  return fresh.asked === asked ? fresh.count : 0;
}
