import { ActionIcon, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { memo, useEffect } from 'react';
import { ApiError } from '@/api/client';
import { eventTitle } from '@/data/events/action';
import { eventQuery } from '@/data/events/events';
import type { EventRow } from '@/data/events/types';
import { announce } from '@/ui/announce';
import { copyText } from '@/ui/CopyButton';
import { IconAlertOctagon, IconChevronLeft, IconChevronRight, IconLink, IconX } from '@/ui/icons';
import { Later } from '@/ui/Later';
import { PanelFrame } from '@/ui/PanelFrame';
import { Heading, usePanelIsPage } from '@/ui/PanelHeading';
import { Callout, EmptyState, ErrorState, Skeleton } from '@/ui/states';
import { Term } from '@/ui/Term';
import { Ago } from '@/ui/time';
import { absolute, count } from '@/ui/timeText';
import { useBeside } from '@/ui/useBeside';
import { useFromTop } from '@/ui/useFromTop';
import { useZone } from '@/ui/zone';
import { useEventsView } from '../context';
import { Around } from './Around';
import { FieldsSection } from './FieldsSection';
import { RecordSection } from './RecordSection';
import { useFacts } from './useFacts';
import classes from './panel.module.css';

/** So near to the last row known, more are asked for, that "next" goes on. */
const ahead = 10;

/** One event, beside the list. Its address is its own. */
export function EventPanel() {
  const { eventId } = useParams({ from: '/app/events/$eventId' });
  const { rows, open, close } = useEventsView();
  const { events, more, loadMore } = rows;
  const position = events.findIndex((event) => event.id === eventId);
  useEffect(() => {
    if (position >= 0 && more === 'yes' && position >= events.length - ahead) loadMore();
  }, [position, events.length, more, loadMore]);
  const { shown, before, after, step } = useBeside({
    what: 'event',
    id: eventId,
    neighbour: (id, by) => {
      const from = id === eventId ? position : events.findIndex((event) => event.id === id);
      return from < 0 ? undefined : events[from + by]?.id;
    },
    onGo: (id) => {
      open(id, true);
    },
    onClose: close,
    says: 'Newer and older event',
  });
  return shown === null ? null : <Panel eventId={shown} before={before} after={after} onStep={step} />;
}

const Panel = memo(function Panel({ eventId, before, after, onStep }: { eventId: string; before: boolean; after: boolean; onStep: (by: -1 | 1) => void }) {
  useZone();
  const { rows, close } = useEventsView();
  const { events } = rows;
  const position = events.findIndex((event) => event.id === eventId);
  const query = useQuery(eventQuery(eventId));
  // The list knows the fields already: the panel opens at once.
  const event = events[position] ?? query.data?.row;
  const title = event ? eventTitle(event) : 'Event';
  useEffect(() => {
    document.title = `${title.slice(0, 100)} · Events · Picket`;
  }, [title]);

  return (
    <PanelFrame label="Event">
      <header className={classes['head']}>
        <Step label="Previous event" hint="Previous event  [" by={-1} disabled={!before} onStep={onStep} />
        <Step label="Next event" hint="Next event  ]" by={1} disabled={!after} onStep={onStep} />
        <Position position={position} />
        <span className={classes['spacer']} />
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Copy link"
          title="Copy link to this event"
          onClick={() => {
            void copyText(`${window.location.origin}/events/${eventId}`).then((done) => {
              announce(done ? 'Copied the link.' : 'The browser did not let Picket copy the link.', done ? 'ok' : 'bad');
            });
          }}
        >
          <IconLink size={17} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" aria-label="Close" title="Close  Esc" onClick={close}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </header>
      {event ? (
        <Details event={event} />
      ) : query.error ? (
        <Missing error={query.error} onRetry={() => void query.refetch()} onClose={close} />
      ) : (
        <div className={classes['loading']} aria-busy="true">
          <Skeleton width="50%" height={18} />
          <Skeleton height={180} />
          <Skeleton height={240} />
        </div>
      )}
    </PanelFrame>
  );
});

function Step(props: { label: string; hint: string; by: -1 | 1; disabled: boolean; onStep: (by: -1 | 1) => void }) {
  const Icon = props.by < 0 ? IconChevronLeft : IconChevronRight;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={props.label}
      title={props.hint}
      disabled={props.disabled}
      onClick={() => {
        props.onStep(props.by);
      }}
    >
      <Icon size={18} aria-hidden />
    </ActionIcon>
  );
}

function Position({ position }: { position: number }) {
  const { rows, total } = useEventsView();
  if (position < 0) return rows.loading ? null : <span className="pk-muted">Not among the events shown</span>;
  const known = total ?? rows.events.length;
  const open = total === null && rows.more !== 'no' ? '+' : '';
  return (
    <span className="pk-muted pk-num">
      {count(position + 1)} of {count(Math.max(known, rows.events.length))}
      {open}
    </span>
  );
}

function Missing({ error, onRetry, onClose }: { error: Error; onRetry: () => void; onClose: () => void }) {
  const heading = usePanelIsPage() ? 'h1' : 'h2';
  if (!(error instanceof ApiError && error.status === 404)) {
    return <ErrorState heading={heading} title="The event could not be loaded" error={error} onRetry={onRetry} />;
  }
  return (
    <EmptyState
      heading={heading}
      title="This event does not exist"
      text="It is older than what is kept, or the address is mistyped."
      action={
        <Button variant="default" onClick={onClose}>
          Show all events
        </Button>
      }
    />
  );
}

function Details({ event }: { event: EventRow }) {
  const { names, narrow, search } = useEventsView();
  const facts = useFacts(event);
  const { ref, onScroll } = useFromTop<HTMLDivElement>(event.id);
  return (
    <div ref={ref} className={classes['scroll']} onScroll={onScroll}>
      <div className={classes['title']}>
        <Heading level={2} className={classes['action']}>
          <bdi>{eventTitle(event, facts.targetType)}</bdi>
        </Heading>
        {event.outcome === 'failure' && (
          <span className={classes['failed']}>
            <IconAlertOctagon size={16} aria-hidden />
            Failed
          </span>
        )}
        <p className={classes['when']}>
          {names.stream(event.stream)}, <time dateTime={event.time}>{absolute(event.time)}</time>, <Ago time={event.time} />
        </p>
      </div>
      {event.unreadable && (
        <Callout tone="warn" icon={<IconAlertOctagon size={18} aria-hidden />} title={<Term of="unreadable">This record could not be read</Term>}>
          <span>
            It is kept as it came. Its fields are unknown, and its time is the time of arrival.{' '}
            {search.record !== 'unreadable' && (
              <button
                type="button"
                className="pk-text-button"
                onClick={() => {
                  narrow('record', 'unreadable', false);
                }}
              >
                Show only such records
              </button>
            )}
          </span>
        </Callout>
      )}
      <Around event={event} />
      <Later atOnce>
        <FieldsSection event={event} facts={facts} />
        <RecordSection event={event} />
      </Later>
    </div>
  );
}
