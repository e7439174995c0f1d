import { lazy, memo, Suspense, useMemo, useState } from 'react';
import { type Series, stepOf } from '@/charts/series';
import { compareTexts } from '@/collate';
import type { Counts } from '@/data/events/events';
import type { EventWindow } from '@/data/events/types';
import { Skeleton } from '@/ui/states';
import { count } from '@/ui/timeText';
import { useZone, zoneOffset } from '@/ui/zone';
import type { Names } from './names';
import { barsFor, spanText, type Ends } from '@/ui/range/range';
import classes from './events.module.css';

const BarChart = lazy(() => import('@/charts/BarChart').then((module) => ({ default: module.BarChart })));

/** The ends of the histogram; null while only the oldest event could tell. */
export function spanOf(asked: Ends, now: number): { from: number; to: number } | null {
  if (asked.from === null) return null;
  const to = asked.to ?? now;
  return to > asked.from ? { from: asked.from, to } : null;
}

interface Drawn {
  starts: number[];
  step: number;
  series: Series[];
}

/** Puts the counts of the server into bars, one series a stream, in the order of their technology; streams nobody has any more are last. */
export function barsOf(counts: Counts, span: { from: number; to: number }, names: Pick<Names, 'stream' | 'streamKeys'>): Drawn {
  const step = Math.max(barsFor(span.from, span.to).step, stepOf[counts.width]);
  // Bars begin where the reader's hours and days begin; where clocks were put back meanwhile, it is the newer ones that fit.
  // Whole days are the server's, in UTC.
  const offset = step >= stepOf.day ? 0 : zoneOffset(span.to);
  const first = Math.floor((span.from + offset) / step) * step - offset;
  const starts: number[] = [];
  for (let at = first; at < span.to; at += step) starts.push(at);
  const series = new Map<string, number[]>();
  for (const bucket of counts.buckets) {
    const index = Math.floor((Date.parse(bucket.start) - first) / step);
    // A bucket of the server may begin a little before the span.
    const place = Math.min(starts.length - 1, Math.max(0, index));
    const key = bucket.stream ?? '';
    const bars = series.get(key) ?? new Array<number>(starts.length).fill(0);
    bars[place] = (bars[place] ?? 0) + bucket.count;
    series.set(key, bars);
  }
  const placed = [...series].map(([key, bars]) => {
    const place = names.streamKeys.indexOf(key);
    const colour = place < 0 ? names.streamKeys.length : place;
    return { key, title: key === '' ? 'Events' : names.stream(key), counts: bars, colour };
  });
  return { starts, step, series: placed.sort((a, b) => a.colour - b.colour || compareTexts(a.key, b.key)) };
}

export interface HistogramProps {
  counts: Counts | undefined;
  error: Error | null;
  /** They are asked for: what was drawn before stays until they are there. */
  waits: boolean;
  onRetry: () => void;
  asked: EventWindow;
  anchor: number;
  names: Names;
  onSpan: (range: string) => void;
}

const nothingDrawn: Drawn = { starts: [], step: stepOf.hour, series: [] };

/** When it happened. Dragging over bars shows only their time. It keeps its room whatever it shows: what lies below does not move. */
export const Histogram = memo(function Histogram({ counts, error, waits, onRetry, asked, anchor, names, onSpan }: HistogramProps) {
  const zone = useZone();
  const fresh = useMemo(() => {
    if (!counts) return null;
    const oldest = Math.min(...counts.buckets.map((bucket) => Date.parse(bucket.start)));
    const span = spanOf(asked, anchor) ?? (Number.isFinite(oldest) ? { from: oldest, to: asked.to ?? anchor } : null);
    return { drawn: span === null ? nothingDrawn : barsOf(counts, span, names), total: counts.total, now: anchor };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- bars begin with the hours of the person's zone
  }, [counts, asked, anchor, names, zone]);
  const [kept, setKept] = useState(fresh);
  if (fresh !== null && fresh !== kept) setKept(fresh);
  const shown = fresh ?? (waits ? kept : null);
  if (error) {
    return (
      <div className={classes['histogram']}>
        <p className={classes['histogramNote']} role="alert">
          The counts over time could not be loaded: {error.message}{' '}
          <button type="button" className="pk-text-button" onClick={onRetry}>
            Load them again
          </button>
        </p>
      </div>
    );
  }
  const waiting = (
    <div className={classes['histogramWait']}>
      <Skeleton height={76} />
    </div>
  );
  return (
    <div className={classes['histogram']} aria-busy={waits} data-stale={fresh === null && shown !== null}>
      {shown !== null ? (
        <Suspense fallback={waiting}>
          <BarChart
            label={`Events over time, ${count(shown.total)} in all`}
            starts={shown.drawn.starts}
            step={shown.drawn.step}
            series={shown.drawn.series}
            height={104}
            now={shown.now}
            onSelect={(from, to) => {
              onSpan(spanText(from, to));
            }}
            selectMeaning="shows this time only"
          />
        </Suspense>
      ) : waits ? (
        waiting
      ) : (
        <p className={classes['histogramNote']}>The search was cancelled before its events were counted. They are counted when it goes on.</p>
      )}
    </div>
  );
});
