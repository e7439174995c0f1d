/** Counts over time, as the charts draw them. Pure: no clock, no network. */

export const stepOf = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
export type BucketWidth = keyof typeof stepOf;

/** One entry of `events/counts`: buckets without events are left out there. */
export interface Count {
  start: string;
  count: number;
}

export interface Series {
  key: string;
  title: string;
  /** One number a bucket, zeros included. */
  counts: number[];
  /** Which of the colours, so that one stream has the same on every screen; without it, its place. */
  colour?: number;
}

/** The colour of the series at a place. There are six. */
export const colourOf = (series: readonly Series[], at: number): number => (series[at]?.colour ?? at) % 6;

/** The starts of all buckets that touch `from` up to `to` (milliseconds), aligned as the server aligns them: in UTC. */
export function bucketStarts(from: number, to: number, step: number): number[] {
  const starts: number[] = [];
  for (let at = Math.floor(from / step) * step; at < to; at += step) starts.push(at);
  return starts;
}

/** Puts counts into their buckets. Several entries of one bucket add up; what lies outside is left out. */
export function fill(starts: readonly number[], step: number, counts: readonly Count[]): number[] {
  const filled = new Array<number>(starts.length).fill(0);
  const first = starts[0];
  if (first === undefined) return filled;
  for (const { start, count } of counts) {
    const index = Math.floor((Date.parse(start) - first) / step);
    if (index >= 0 && index < filled.length) filled[index] = (filled[index] ?? 0) + count;
  }
  return filled;
}

export const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);

/** The height of every bar: all series on top of each other. */
export function totals(series: readonly Series[], length: number): number[] {
  return Array.from({ length }, (_, index) => series.reduce((total, one) => total + (one.counts[index] ?? 0), 0));
}

/** Whole, round values for the axis, zero first; the last is at or above `max`. */
export function ticks(max: number, lines = 3): number[] {
  if (max <= 0) return [0, 1];
  const rough = max / lines;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power);
  const out: number[] = [];
  for (let at = 0; out.length === 0 || at < max + step; at += step) out.push(at);
  return out;
}

/** A round time on the axis and the bucket that holds it: it may lie within one, as midnight does in two hours that begin at 23:00. */
export interface Mark {
  index: number;
  at: number;
}

/** Which round times carry a label, `most` at the utmost. `offset` is the zone's at a moment, in milliseconds. */
export function labelled(starts: readonly number[], step: number, most: number, offset: (at: number) => number): Mark[] {
  const minute = 60_000;
  const steps = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 20_160, 43_200].map((m) => m * minute);
  // Days are the server's, in UTC; hours and minutes are round in the reader's zone.
  const shifted = starts.map((start) => start + (step >= stepOf.day ? 0 : offset(start)));
  for (const every of steps) {
    if (every < step) continue;
    const hits = shifted.flatMap((start, index) => {
      const into = Math.ceil(start / every) * every - start;
      return into < step ? [{ index, at: (starts[index] ?? 0) + into }] : [];
    });
    if (hits.length > 0 && hits.length <= Math.max(1, most)) return hits;
  }
  return starts[0] === undefined ? [] : [{ index: 0, at: starts[0] }];
}
