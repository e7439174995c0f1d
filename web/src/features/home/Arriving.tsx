import { Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { BarChart } from '@/charts/BarChart';
import { bucketStarts, fill, stepOf, sum } from '@/charts/series';
import { Sparkline } from '@/charts/Sparkline';
import type { Device } from '@/api/types';
import { allCountsQuery, arrivingHours, type DayCounts, useDayCounts } from '@/data/counts/counts';
import { addressOf, AppLink } from '@/ui/AppLink';
import { ErrorState, Skeleton } from '@/ui/states';
import { Ago } from '@/ui/time';
import { count } from '@/ui/timeText';
import { comparison } from './needs';
import home from './home.module.css';
import classes from './arriving.module.css';

const busiest = 5;
const hours = 24;

/** What comes in: the last 24 hours of all devices, the busiest of them, and what is still reading history. */
export function Arriving({ devices }: { devices: Device[] }) {
  const router = useRouter();
  const counts = useQuery(allCountsQuery(arrivingHours));
  const top = useMemo(
    () => [...devices].filter((one) => one.attributes.events_24h > 0).sort((a, b) => b.attributes.events_24h - a.attributes.events_24h || (a.id < b.id ? -1 : 1)).slice(0, busiest),
    [devices],
  );
  const dayOf = useDayCounts(useMemo(() => top.map((device) => device.id), [top]));
  const newest = useMemo(
    () => devices.reduce<string | null>((last, { attributes: { newest_event_at: at } }) => (at !== null && (last === null || at > last) ? at : last), null),
    [devices],
  );
  const reading = devices.filter((device) => device.attributes.status_details?.streams.some((stream) => stream.backfill));
  const chart = useMemo(() => {
    if (!counts.data) return null;
    const starts = bucketStarts(counts.data.from, counts.data.to, stepOf.hour);
    const filled = fill(starts, stepOf.hour, counts.data.entries);
    return { starts: starts.slice(-hours), counts: filled.slice(-hours), before: sum(filled.slice(0, hours)) > 0 ? sum(filled.slice(hours, 2 * hours)) : 0 };
  }, [counts.data]);
  // As the list has it: to the minute. The hours of the chart begin at a full one, and are compared with whole hours.
  const total = useMemo(() => devices.reduce((all, { attributes: { events_24h: events } }) => all + events, 0), [devices]);
  const compared = chart ? comparison(sum(chart.counts), chart.before) : null;
  const go = (from: number, to: number): void => {
    router.history.push(`/events?range=${new Date(from).toISOString()}..${new Date(to).toISOString()}`);
  };
  return (
    <section className={home.card} aria-labelledby="arriving-title">
      <div className={home.cardHead}>
        <h2 id="arriving-title">Arriving</h2>
        <AppLink href="/events?range=24h" className={home.more}>
          Events
        </AppLink>
      </div>
      {counts.error && !chart ? (
        <ErrorState title="The counts could not be loaded" error={counts.error} onRetry={() => void counts.refetch()} />
      ) : chart ? (
        <>
          <p className={classes.figure}>
            <AppLink href="/events?range=24h" className={classes.figureLink} aria-label={`${count(total)} events in 24 hours, show them`}>
              {count(total)}
            </AppLink>{' '}
            events in 24 h{compared && <span className="pk-muted">, {compared}</span>}
            {newest !== null && (
              <span className={classes.newest}>
                Newest <Ago time={newest} />
              </span>
            )}
          </p>
          <BarChart
            label="Events of the last 24 hours"
            starts={chart.starts}
            step={stepOf.hour}
            series={[{ key: 'all', title: 'All devices', counts: chart.counts }]}
            now={counts.data?.to ?? 0}
            height={140}
            onSelect={go}
            selectMeaning="shows these events"
          />
        </>
      ) : (
        <div className={home.waiting}>
          <Skeleton width={220} height={24} />
          <Skeleton height={140} />
        </div>
      )}
      {reading.length > 0 && (
        <ul className={classes.reading} aria-label="Devices that read history">
          {reading.slice(0, 3).map((device) => (
            <Reading key={device.id} device={device} />
          ))}
          {reading.length > 3 && <li className="pk-muted">and {count(reading.length - 3)} more read their history</li>}
        </ul>
      )}
      {top.length > 0 && (
        <table className={classes.top}>
          <caption>Busiest devices</caption>
          <colgroup>
            <col />
            <col className={classes.dayColumn} />
            <col className={classes.sumColumn} />
          </colgroup>
          <thead className="pk-hidden">
            <tr>
              <th scope="col">Device</th>
              <th scope="col">Hours</th>
              <th scope="col">Events in 24 h</th>
            </tr>
          </thead>
          <tbody>
            {top.map((device) => (
              <tr key={device.id}>
                <th scope="row">
                  <Link to="/settings/security-devices/$deviceId" params={{ deviceId: device.id }} search={{}} title={device.attributes.name}>
                    <bdi>{device.attributes.name}</bdi>
                  </Link>
                </th>
                <td>
                  <Day day={dayOf(device.id)} name={device.attributes.name} />
                </td>
                <td className="pk-num">
                  <AppLink
                    href={addressOf('/events', { device: device.id, range: '24h' })}
                    aria-label={`${count(device.attributes.events_24h)} events of ${device.attributes.name} in 24 hours, show them`}
                  >
                    {count(device.attributes.events_24h)}
                  </AppLink>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Day({ day, name }: { day: DayCounts | undefined; name: string }) {
  if (day === undefined) return <span className={classes.dayPlace} />;
  return <Sparkline counts={day.counts} label={`Last 24 hours of ${name}`} width={96} height={20} />;
}

function Reading({ device }: { device: Device }) {
  const streams = device.attributes.status_details?.streams.flatMap((stream) => (stream.backfill ? [stream.backfill.percent] : [])) ?? [];
  const percent = Math.floor(Math.min(...streams));
  return (
    <li>
      <Link to="/settings/security-devices/$deviceId" params={{ deviceId: device.id }} search={{}} title={device.attributes.name}>
        <bdi>{device.attributes.name}</bdi>
      </Link>
      <span className={classes.readingBar}>
        <Progress value={percent} size="sm" aria-label={`Reading history of ${device.attributes.name}`} />
      </span>
      <span className="pk-muted pk-num">reads history, {`${String(percent)}\u00a0%`}</span>
    </li>
  );
}
