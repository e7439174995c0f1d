import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { Device } from '@/api/types';
import { fill } from '@/charts/series';
import { deviceCountsQuery } from '@/data/counts/deviceCounts';
import { Segmented } from '@/ui/Segmented';
import { ErrorState, Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { Heading, useHeadingTag } from '@/ui/PanelHeading';
import { eventsAddress, rangeText } from '../links';
import classes from './sections.module.css';

const BarChart = lazy(async () => ({ default: (await import('@/charts/BarChart')).BarChart }));

const spans = [
  ['day', '24 hours'],
  ['month', '30 days'],
] as const;
const height = 150;

/** Events over time, a colour a stream. Dragging over bars leads to the events behind them. */
export function Traffic({ device }: { device: Device }) {
  const [shown, setShown] = useState<'day' | 'month'>('day');
  return (
    <div className={classes.block}>
      <div className={classes.blockHead}>
        <Heading level={4} className={classes.cardTitle}>
          <Term of="event">Events</Term> over time
        </Heading>
        <Segmented label="Span of the chart" value={shown} choices={spans} onChange={setShown} />
      </div>
      <Chart key={shown} device={device} shown={shown} />
    </div>
  );
}

function Chart({ device, shown }: { device: Device; shown: 'day' | 'month' }) {
  const counts = useQuery(shown === 'day' ? deviceCountsQuery(device.id, 'hour', 24) : deviceCountsQuery(device.id, 'day', 30));
  const router = useRouter();
  const heading = useHeadingTag(4);
  const streams = device.attributes.status_details?.streams;
  const { data } = counts;
  const series = useMemo(() => {
    if (!data) return [];
    const known = streams ?? [];
    const titles = new Map(known.map((one) => [one.stream, one.title]));
    // A stream that the technology no longer has still counts.
    for (const entry of data.entries) if (entry.stream && !titles.has(entry.stream)) titles.set(entry.stream, entry.stream);
    return [...titles].map(([key, title]) => ({
      key,
      title,
      counts: fill(data.starts, data.step, data.entries.filter((entry) => entry.stream === key)),
    }));
  }, [data, streams]);
  const waiting = (
    <div className={classes.chartSpace}>
      <Skeleton height={height} />
    </div>
  );
  if (counts.isError && !data) {
    return <ErrorState heading={heading} title="The events could not be counted" error={counts.error} onRetry={() => void counts.refetch()} />;
  }
  if (!data) return waiting;
  return (
    <Suspense fallback={waiting}>
      <BarChart
        label={shown === 'day' ? 'Events by hour, last 24 hours' : 'Events by day, last 30 days'}
        starts={data.starts}
        step={data.step}
        series={series}
        height={height}
        now={data.at}
        selectMeaning="shows these events"
        onSelect={(from, to) => {
          router.history.push(eventsAddress({ device: device.id, range: rangeText(from, to) }));
        }}
      />
    </Suspense>
  );
}
