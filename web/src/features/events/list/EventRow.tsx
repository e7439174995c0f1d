import { Link } from '@tanstack/react-router';
import { memo, type MouseEvent, useEffect, useRef } from 'react';
import { eventTitle } from '@/data/events/action';
import type { EventField, EventRow as Row } from '@/data/events/types';
import { IconAlertOctagon, IconFilterMinus } from '@/ui/icons';
import { useClockText } from '@/ui/time';
import { absolute, count, span } from '@/ui/timeText';
import { clockText, useZone } from '@/ui/zone';
import { useEventsView } from '../context';
import { fieldWords, valueOf, valueWords } from '../fields';
import classes from './list.module.css';

interface RowProps {
  event: Row;
  rowIndex: number;
  selected: boolean;
  /** Whether the Tab key stops here. */
  tabStop: boolean;
  /** Whether the keys have led here. */
  focus: boolean;
}

export const EventRow = memo(function EventRow({ event, rowIndex, selected, tabStop, focus }: RowProps) {
  const { open } = useEventsView();
  useZone();
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (focus) link.current?.focus({ preventScroll: true });
  }, [focus]);
  const at = Date.parse(event.time);
  const title = eventTitle(event);
  const onClick = (click: MouseEvent): void => {
    const onControl = (click.target as Element).closest('a, button');
    if (!onControl && window.getSelection()?.type !== 'Range') open(event.id, selected);
  };
  return (
    // The whole row leads to the event for a mouse; keyboards have the link.
     
    <tr aria-rowindex={rowIndex} className={classes['row']} data-selected={selected} onClick={onClick}>
      <td className={classes['cellTime']}>
        <time dateTime={event.time} title={`${absolute(event.time)} (${event.time})`}>
          {clockText(at)}
        </time>
        <RowAgo at={at} />
      </td>
      <th scope="row" className={classes['cellAction']}>
        <div className={classes['actionBox']}>
          {event.outcome === 'failure' && (
            <span className={classes['failed']} title="This failed">
              <IconAlertOctagon size={15} role="img" aria-label="Failed:" />
            </span>
          )}
          <Link
            ref={link}
            to="/events/$eventId"
            params={{ eventId: event.id }}
            search={(previous) => previous}
            className={classes['action']}
            tabIndex={tabStop ? 0 : -1}
            title={event.action === null || title === event.action ? title : `${title} (${event.action})`}
            aria-current={selected ? 'true' : undefined}
          >
            <bdi>{title}</bdi>
          </Link>
          {event.unreadable && event.action !== null && <span className="pk-tag">unreadable</span>}
          {event.versions > 1 && (
            <span className="pk-tag" title="The vendor has sent this event with different contents">
              {count(event.versions)} versions
            </span>
          )}
        </div>
      </th>
      <td className={classes['cellActor']}>
        <Value event={event} field="actor" />
      </td>
      <td className={classes['cellTarget']}>
        <Value event={event} field="target" />
      </td>
      <td className={classes['cellAddress']}>
        <span className={classes['pair']}>
          <Value event={event} field="address" />
          {event.country !== null && <Value event={event} field="country" />}
        </span>
      </td>
      <td className={classes['cellStream']}>
        <Value event={event} field="stream" />
      </td>
      <td className={classes['cellDevice']}>
        <Value event={event} field="device" />
      </td>
    </tr>
  );
});

/** A value: a click shows only events with it, the button beside it leaves them out. The panel offers both to the keyboard. */
function Value({ event, field }: { event: Row; field: EventField }) {
  const { names, narrow, canExclude } = useEventsView();
  const value = valueOf(event, field);
  if (value === null || value === '') return <span className={classes['none']}>–</span>;
  const words = valueWords(names, field, value);
  const what = `${fieldWords[field]} is ${words}`;
  return (
    <span className={classes['value']} data-field={field}>
      <button
        type="button"
        tabIndex={-1}
        className={classes['wanted']}
        title={`Show only: ${what}`}
        onClick={() => {
          narrow(field, value, false);
        }}
      >
        <bdi>{field === 'country' ? value : words}</bdi>
      </button>
      {field !== 'country' && canExclude(field, value) && (
        <button
          type="button"
          tabIndex={-1}
          className={classes['unwanted']}
          aria-hidden
          title={`Leave out: ${what}`}
          onClick={() => {
            narrow(field, value, true);
          }}
        >
          <IconFilterMinus size={15} aria-hidden />
        </button>
      )}
    </span>
  );
}

/** Relative, by the minute: a column of ticking seconds would never let the eye rest. */
function RowAgo({ at }: { at: number }) {
  const text = useClockText((now) => (now - at < 60_000 ? 'just now' : `${span((now - at) / 1000)} ago`));
  return <span className={classes['ago']}>{text}</span>;
}
