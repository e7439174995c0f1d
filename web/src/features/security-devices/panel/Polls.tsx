import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Device, Poll, StreamStatus } from '@/api/types';
import { pollsQuery } from '@/data/polls/polls';
import { CopyButton } from '@/ui/CopyButton';
import { IconAlertOctagon } from '@/ui/icons';
import { Segmented } from '@/ui/Segmented';
import { ErrorState, Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { bytes, count, iso, took } from '@/ui/timeText';
import { type FailureRun, failureRuns } from './failures';
import { Heading, useHeadingTag } from '@/ui/PanelHeading';
import { PollStrip } from './PollStrip';
import { outcomeText } from './remedies';
import sections from './sections.module.css';
import classes from './polls.module.css';

const fewFailures = 5;

/** What is kept of each stream's polls: failed ones first, with their errors to copy. */
export function Polls({ device, streams }: { device: Device; streams: StreamStatus[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  // The stream in trouble is the one to look at.
  const troubled = streams.find((one) => one.level === 'error' || one.level === 'warning');
  const stream = streams.find((one) => one.stream === chosen) ?? troubled ?? streams[0];
  if (stream === undefined) return null;
  return (
    <div className={sections.block}>
      <div className={sections.blockHead}>
        <Heading level={4} className={sections.cardTitle}>
          <Term of="poll">Polls</Term>
        </Heading>
        {streams.length > 1 && (
          <Segmented
            label="Stream of the polls"
            value={stream.stream}
            choices={streams.map((one) => [one.stream, one.title] as const)}
            onChange={setChosen}
          />
        )}
      </div>
      <PollsOfStream key={`${device.id} ${stream.stream}`} device={device} stream={stream} />
    </div>
  );
}

function PollsOfStream({ device, stream }: { device: Device; stream: StreamStatus }) {
  const query = useQuery(pollsQuery(device.id, stream.stream));
  const [allFailures, setAllFailures] = useState(false);
  const heading = useHeadingTag(4);
  const [worked, setWorked] = useState(false);
  if (query.isError && !query.data) {
    return <ErrorState heading={heading} title="The polls could not be loaded" error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!query.data) return <Skeleton height={72} />;
  const polls = query.data;
  if (polls.length === 0) return <p className="pk-muted">{stream.title}: not polled yet.</p>;
  const failed = failureRuns(polls);
  const good = polls.filter((poll) => poll.attributes.outcome === 'ok');
  const shown = allFailures ? failed : failed.slice(0, fewFailures);
  return (
    <>
      <PollStrip polls={polls} />
      {failed.length === 0 ? (
        <p className="pk-muted">
          {polls.length === 1 ? 'The only poll so far worked.' : `All of the last ${count(polls.length)} polls worked.`}
        </p>
      ) : (
        <ul className={classes.failures} aria-label={`Failed polls of ${stream.title}`}>
          {shown.map((run) => (
            <Failure key={run.newest.id} run={run} />
          ))}
        </ul>
      )}
      <div className={classes.pollButtons}>
        {failed.length > fewFailures && (
          <button
            type="button"
            className={sections.quiet}
            aria-expanded={allFailures}
            onClick={() => {
              setAllFailures(!allFailures);
            }}
          >
            {allFailures ? 'Show the newest failures only' : `Show ${count(failed.length - fewFailures)} earlier failures`}
          </button>
        )}
        {good.length > 0 && (
          <button
            type="button"
            className={sections.quiet}
            aria-expanded={worked}
            onClick={() => {
              setWorked(!worked);
            }}
          >
            {worked ? 'Hide those that worked' : `Show the ${count(good.length)} that worked`}
          </button>
        )}
      </div>
      {worked && <Worked title={stream.title} polls={good} />}
    </>
  );
}

/** Everything that a person who helps would ask for. */
function report({ newest, oldest, times }: FailureRun): string {
  const { stream, started_at, duration_ms, outcome, error } = newest.attributes;
  const when = times === 1 ? iso(started_at) : `${iso(oldest.attributes.started_at)} to ${iso(started_at)}, ${String(times)} times`;
  return `${when} ${stream}: ${outcome} after ${took(duration_ms)}\n${error ?? ''}`.trim();
}

function Failure({ run }: { run: FailureRun }) {
  const { started_at, duration_ms, outcome, error } = run.newest.attributes;
  return (
    <li>
      <IconAlertOctagon size={15} aria-hidden />
      <div className={classes.failureBody}>
        <div className={classes.failureHead}>
          <strong>{outcomeText(outcome)}</strong>
          {run.times > 1 && <span className={classes.times}>{count(run.times)} times</span>}
          <span className="pk-muted">
            <Ago time={started_at} />
            {run.times > 1 ? (
              <>
                , first <Ago time={run.oldest.attributes.started_at} />
              </>
            ) : (
              `, after ${took(duration_ms)}`
            )}
          </span>
        </div>
        {error !== null && <div className={classes.failureText}>{error}</div>}
      </div>
      <CopyButton text={report(run)} what="the error" size="sm" />
    </li>
  );
}

function Worked({ title, polls }: { title: string; polls: Poll[] }) {
  return (
    // Focusable, so that it scrolls with the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.pollsBox} tabIndex={0} role="region" aria-label={`Polls of ${title} that worked`}>
      <table className={classes.polls}>
        <caption className="pk-hidden">Polls of {title} that worked</caption>
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">Took</th>
            <th scope="col">
              <Term of="page">Pages</Term>
            </th>
            <th scope="col">Events</th>
            <th scope="col">
              <Term of="new_events">New</Term>
            </th>
            <th scope="col">Size</th>
          </tr>
        </thead>
        <tbody>
          {polls.map(({ id, attributes }) => (
            <tr key={id}>
              <th scope="row">
                <Ago time={attributes.started_at} />
              </th>
              <td>{took(attributes.duration_ms)}</td>
              <td>{count(attributes.pages)}</td>
              <td>{count(attributes.events)}</td>
              <td>{count(attributes.new_events)}</td>
              <td>{bytes(attributes.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
