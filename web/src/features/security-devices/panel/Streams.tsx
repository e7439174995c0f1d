import { Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Device, StreamStatus } from '@/api/types';
import { fill, sum } from '@/charts/series';
import { Sparkline } from '@/charts/Sparkline';
import { deviceCountsQuery } from '@/data/counts/deviceCounts';
import { glossary } from '@/glossary';
import { AppLink } from '@/ui/AppLink';
import { CopyButton } from '@/ui/CopyButton';
import { Skeleton } from '@/ui/states';
import { StatusBadge } from '@/ui/StatusBadge';
import { Meaning, Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { bucketText, count, dayTime, span } from '@/ui/timeText';
import { told } from '@/ui/moments';
import { NextPoll } from '../NextPoll';
import { nextPollOf } from '../nextPollText';
import { eventsAddress } from '../links';
import sections from './sections.module.css';
import classes from './streams.module.css';

/** One row a stream: its three clocks, its day, and what is wrong with it. */
export function Streams({ device, streams }: { device: Device; streams: StreamStatus[] }) {
  const { time: next } = nextPollOf(device);
  const said = device.attributes.status_details?.sentence ?? '';
  const [one, ...others] = streams;
  const shared =
    others.length > 0 && others.every((other) => other.last_error?.message === one?.last_error?.message && inTrouble(other))
      ? (one?.last_error ?? null)
      : null;
  // What all suffer from the same, the device's own sentence says; only the number of tries may differ.
  const alike = shared !== null && others.every((other) => other.code === one?.code);
  return (
    <div className={classes.streamsBox}>
      <table className={classes.streams}>
        <caption className="pk-hidden">Streams of this device</caption>
        <thead>
          <tr>
            <th scope="col">
              <Term of="stream" />
            </th>
            <th scope="col">
              <Term of="last_successful_poll" />
            </th>
            <th scope="col">
              <Term of="last_data_received" />
            </th>
            <th scope="col">
              <Term of="newest_event" />
            </th>
            <th scope="col">
              <Term of="events_24h" />
            </th>
          </tr>
        </thead>
        {streams.map((stream) => (
          <tbody key={stream.stream}>
            <tr>
              <th scope="row">
                {stream.title}
                <StatusBadge level={stream.level} />
              </th>
              <td data-label={glossary.last_successful_poll.term}>
                <span>
                  <Ago time={stream.last_successful_poll_at} />
                  <Next stream={stream} first={next} />
                </span>
              </td>
              <td data-label={glossary.last_data_received.term}>
                <Ago time={stream.last_data_received_at} />
              </td>
              <td data-label={glossary.newest_event.term}>
                <Ago time={stream.newest_event_at} />
              </td>
              <td data-label={glossary.events_24h.term}>
                <Day device={device} stream={stream} />
              </td>
            </tr>
            <More stream={stream} said={shared === null ? said : `${said} ${shared.message}${alike ? ` ${stream.sentence}` : ''}`} />
          </tbody>
        ))}
        {shared !== null && !said.includes(shared.message) && (
          <tbody>
            <tr className={classes.more}>
              <td colSpan={5}>
                <LastError error={shared} of="all streams" />
              </td>
            </tr>
          </tbody>
        )}
      </table>
    </div>
  );
}

/** How far apart two polls are that people would call different. */
const apartMs = 60_000;

/** The card has the time of whichever stream comes `first`; only one that waits for longer has its own. */
function Next({ stream, first }: { stream: StreamStatus; first: string | null }) {
  const { next_poll_at: next } = stream;
  if (next === null || first === null || Date.parse(next) - Date.parse(first) <= apartMs) return null;
  return (
    <span className={sections.aside}>
      next <NextPoll time={next} />
    </span>
  );
}

function Day({ device, stream }: { device: Device; stream: StreamStatus }) {
  const counts = useQuery(deviceCountsQuery(device.id, 'hour', 24));
  const filled = counts.data
    ? fill(counts.data.starts, counts.data.step, counts.data.entries.filter((one) => one.stream === stream.stream))
    : null;
  const peak = filled ? Math.max(...filled) : 0;
  return (
    <AppLink
      className={classes.day}
      href={eventsAddress({ device: device.id, stream: stream.stream, range: '24h' })}
      aria-label={`${count(stream.events_24h)} events of ${stream.title} in 24 hours, show them`}
      title={`${count(stream.events_total)} in total`}
    >
      {filled && counts.data ? (
        <Sparkline
          counts={filled}
          width={72}
          label={
            peak === 0
              ? 'No events in 24 hours'
              : `${count(sum(filled))} events in 24 hours, most ${count(peak)} ${bucketText(counts.data.starts[filled.indexOf(peak)] ?? 0, counts.data.step)}`
          }
        />
      ) : counts.isError ? (
        <span className={classes.uncounted} title={`The hours could not be counted: ${counts.error.message}`} />
      ) : (
        <Skeleton width={72} height={22} />
      )}
      <span>{count(stream.events_24h)}</span>
    </AppLink>
  );
}

const inTrouble = (stream: StreamStatus): boolean =>
  (stream.level === 'warning' || stream.level === 'error') && stream.backfill === null;

/** What the device's own sentence, `said`, does not say yet. */
function More({ stream, said }: { stream: StreamStatus; said: string }) {
  const { backfill, last_error } = stream;
  const trouble = inTrouble(stream);
  const sentence = trouble && !said.includes(stream.sentence) ? stream.sentence : '';
  const error = trouble && last_error !== null && !`${said} ${sentence}`.includes(last_error.message) ? last_error : null;
  if (backfill === null && sentence === '' && error === null) return null;
  return (
    <tr className={classes.more}>
      <td colSpan={5}>
        {sentence !== '' && <p>{told(sentence)}</p>}
        {error !== null && <LastError error={error} of={stream.title} />}
        {backfill !== null && <Backfill stream={stream} />}
      </td>
    </tr>
  );
}

function LastError({ error, of }: { error: NonNullable<StreamStatus['last_error']>; of: string }) {
  return (
    <p className={classes.lastError}>
      <span className="pk-muted">
        <Term of="last_error">Last error</Term>
        {error.at !== null && (
          <>
            {' '}
            <Ago time={error.at} />
          </>
        )}
        :
      </span>{' '}
      <span className="pk-mono">{error.message}</span>
      <CopyButton text={`${error.code}: ${error.message}`} what={`the last error of ${of}`} size="xs" />
    </p>
  );
}

function Backfill({ stream }: { stream: StreamStatus }) {
  const { backfill } = stream;
  if (backfill === null) return null;
  const percent = Math.max(0, Math.min(100, backfill.percent));
  return (
    <div className={classes.backfill}>
      <div className={classes.backfillText}>
        <Meaning of="backfill">
          <span className={classes.backfillWord}>Reading history</span>
        </Meaning>
        <span className="pk-num">
          {`${String(Math.floor(percent))}\u00a0%`}
          {backfill.events_per_second >= 1 && `, ${count(Math.round(backfill.events_per_second))} events a second`}
          {backfill.seconds_left === null ? ', time left not known yet' : `, about ${span(backfill.seconds_left)} left`}
        </span>
      </div>
      <Progress value={percent} size="sm" aria-label={`Reading history of ${stream.title}`} />
      <span className="pk-muted">
        From {dayTime(backfill.from)}
        {backfill.reached !== null && `, reached ${dayTime(backfill.reached)}`}. New events follow when it is done.
      </span>
    </div>
  );
}
