import { Button, Progress } from '@mantine/core';
import { IconPlugConnected } from '@/ui/icons';
import type { ReactNode } from 'react';
import { serverNow } from '@/api/clock';
import type { Credential, Device, StreamStatus } from '@/api/types';
import { glossary, type GlossaryKey } from '@/glossary';
import { Callout } from '@/ui/states';
import { LevelIcon, levelWords, StatusBadge } from '@/ui/StatusBadge';
import { Meaning, Term } from '@/ui/Term';
import { Ago, For, useClockText } from '@/ui/time';
import { absolute, ago, calendarDay, count, dayTime, span } from '@/ui/timeText';
import { useDevicesView } from '../context';
import { levelOf, sinceOf, type ShownLevel } from '../order';
import { Heading } from './Heading';
import classes from './panel.module.css';

const tones = {
  ok: 'ok',
  warning: 'warn',
  error: 'bad',
  verifying: 'info',
  paused: 'idle',
  deleted: 'idle',
} as const satisfies Record<ShownLevel, string>;

export function HealthSection({ device }: { device: Device }) {
  const { act } = useDevicesView();
  const { attributes } = device;
  const level = levelOf(device);
  const details = attributes.status_details;
  const since = sinceOf(device);
  return (
    <section className={classes.section} aria-labelledby="health-title">
      <div className={classes.sectionHead}>
        <Heading level={3} id="health-title" className={classes.sectionTitle}>
          Device Health
        </Heading>
        {level !== 'deleted' && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlugConnected size={14} aria-hidden />}
            onClick={() => {
              act('test', device);
            }}
          >
            Test now
          </Button>
        )}
      </div>
      <Callout
        tone={tones[level]}
        icon={<LevelIcon level={level} size={18} />}
        title={<span aria-live="polite">{details?.sentence ?? levelWords[level]}</span>}
      >
        {since !== null && (
          <span className="pk-muted">
            <Term of="status">Status</Term> {levelWords[level]} <For since={since} />
          </span>
        )}
      </Callout>
      <div className={classes.cards}>
        <Card title="Connection">
          <Fact term="last_successful_poll">
            <Ago time={attributes.last_successful_poll_at} />
          </Fact>
          <Fact term="next_poll">
            {attributes.paused ? 'not while paused' : <NextPoll time={attributes.next_poll_at} />}
          </Fact>
          <Fact term="token_expiry">
            <Expiry credential={attributes.credential} />
          </Fact>
        </Card>
        <Card title="Data">
          <Fact term="last_data_received">
            <Ago time={attributes.last_data_received_at} />
          </Fact>
          <Fact term="newest_event">
            <Ago time={attributes.newest_event_at} />
          </Fact>
          <Fact term="events_24h">{count(attributes.events_24h)}</Fact>
        </Card>
      </div>
      {details && details.streams.length > 0 && <Streams streams={details.streams} />}
    </section>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={classes.card}>
      <Heading level={4} className={classes.cardTitle}>
        {title}
      </Heading>
      <dl>{children}</dl>
    </div>
  );
}

function Fact({ term, children }: { term: GlossaryKey; children: ReactNode }) {
  return (
    <div>
      <dt>
        <Term of={term} />
      </dt>
      <dd className="pk-num">{children}</dd>
    </div>
  );
}

function NextPoll({ time }: { time: string | null }) {
  const text = useClockText((now) =>
    time === null ? 'not planned' : Date.parse(time) <= now + 1000 ? 'due now' : ago(time, now),
  );
  return <span title={time === null ? undefined : absolute(time)}>{text}</span>;
}

/** When the token ends, in the colour of how soon. */
export function Expiry({ credential }: { credential: Credential | null }) {
  if (credential === null) return <span className="pk-muted">no token</span>;
  if (credential.expires_at === null) return <>never</>;
  const left = Date.parse(credential.expires_at) - serverNow();
  const day = 24 * 60 * 60 * 1000;
  const urgency = left <= day ? 'error' : left <= 30 * day ? 'warning' : 'ok';
  return (
    <span className={classes.expiry} data-urgency={urgency} title={credential.expires_at}>
      {calendarDay(credential.expires_at)} {left < 0 ? '(past)' : `(in ${span(left / 1000)})`}
    </span>
  );
}

function Streams({ streams }: { streams: StreamStatus[] }) {
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
                <Ago time={stream.last_successful_poll_at} />
              </td>
              <td data-label={glossary.last_data_received.term}>
                <Ago time={stream.last_data_received_at} />
              </td>
              <td data-label={glossary.newest_event.term}>
                <Ago time={stream.newest_event_at} />
              </td>
              <td data-label={glossary.events_24h.term} title={`${count(stream.events_total)} in total`}>{count(stream.events_24h)}</td>
            </tr>
            {(stream.backfill !== null || (stream.level !== 'ok' && stream.sentence !== '')) && (
              <tr className={classes.more}>
                <td colSpan={5}>
                  {stream.level !== 'ok' && stream.backfill === null && <p>{stream.sentence}</p>}
                  {stream.backfill !== null && <Backfill stream={stream} />}
                </td>
              </tr>
            )}
          </tbody>
        ))}
      </table>
    </div>
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
          {Math.floor(percent)} %, {count(Math.round(backfill.events_per_second))} events a second
          {backfill.seconds_left !== null && `, about ${span(backfill.seconds_left)} left`}
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
