import { Link } from '@tanstack/react-router';
import { memo, type MouseEvent, type ReactNode, useEffect, useRef } from 'react';
import { eventTitle } from '@/data/events/action';
import type { EventField, EventRow as Row } from '@/data/events/types';
import type { GlossaryKey } from '@/glossary';
import { IconAlertOctagon, IconFilterMinus } from '@/ui/icons';
import { Meaning } from '@/ui/Term';
import { useClockText } from '@/ui/time';
import { absolute, count, span } from '@/ui/timeText';
import { clockText, useZone } from '@/ui/zone';
import { useEventsView } from '../context';
import { fieldWords, valueOf, valueWords } from '../fields';
import table from './table.module.css';
import classes from './cells.module.css';

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
    // The whole row leads to the event for a mouse; keyboards have the link of its time. Each value narrows the list.
     
    <tr aria-rowindex={rowIndex} className={table['row']} data-selected={selected} data-unreadable={event.unreadable} onClick={onClick}>
      <th scope="row" className={table['cellTime']}>
        <Link
          ref={link}
          to="/events/$eventId"
          params={{ eventId: event.id }}
          search={(previous) => previous}
          className={classes['open']}
          tabIndex={tabStop ? 0 : -1}
          title={`${absolute(event.time)} (${event.time})`}
          aria-current={selected ? 'true' : undefined}
        >
          <time dateTime={event.time}>{clockText(at)}</time>
          {/* The space is hidden with the title: in the column every pixel counts. */}
          <bdi className="pk-hidden">{` ${title}`}</bdi>
        </Link>
        <RowAgo at={at} />
      </th>
      <td className={table['cellAction']}>
        <div className={classes['actionBox']}>
          {event.outcome === 'failure' && (
            <Value event={event} field="outcome">
              <IconAlertOctagon size={15} role="img" aria-label="Failed" />
            </Value>
          )}
          {event.action !== null ? (
            <Value event={event} field="action" words={title} />
          ) : event.unreadable ? (
            <Value event={event} field="record">
              {title}
            </Value>
          ) : (
            <span className={classes['action']}>{title}</span>
          )}
          {event.unreadable && event.action !== null && (
            <Value event={event} field="record">
              <span className="pk-tag">unreadable</span>
            </Value>
          )}
          {event.versions > 1 && <Tag of="versions">{count(event.versions)}<span className={classes['tagWord']}> versions</span></Tag>}
        </div>
      </td>
      <td className={table['cellActor']}>
        <Value event={event} field="actor" />
      </td>
      <td className={table['cellTarget']}>
        <Value event={event} field="target" />
      </td>
      <td className={table['cellAddress']}>
        <span className={classes['pair']}>
          <Value event={event} field="address" />
          {event.country !== null && <Value event={event} field="country" />}
        </span>
      </td>
      <td className={table['cellStream']}>
        <Value event={event} field="stream" />
      </td>
      <td className={table['cellDevice']}>
        <Value event={event} field="device" />
      </td>
    </tr>
  );
});

/** What is odd about an event; a mouse is told what that means, the panel tells the keyboard. */
function Tag({ of, children }: { of: GlossaryKey; children: ReactNode }) {
  return (
    <Meaning of={of}>
      <span className="pk-tag">{children}</span>
    </Meaning>
  );
}

/**
 * A value: a click shows only events with it, the button beside it leaves them out. The panel offers both to the keyboard. `words` are what a
 * person reads in place of a vendor's code, `children` what is drawn in place of words.
 */
function Value({ event, field, words: said, children }: { event: Row; field: EventField; words?: string; children?: ReactNode }) {
  const { names, narrow, canExclude } = useEventsView();
  const value = valueOf(event, field);
  if (value === null || value === '') return <span className={table['none']}>–</span>;
  const words = said ?? valueWords(names, field, value);
  const what = `${fieldWords[field]} is ${said === undefined || said === value ? words : `${said} (${value})`}`;
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
        {children ?? <bdi>{field === 'country' ? value : field === 'actor' ? <Actor words={words} /> : words}</bdi>}
      </button>
      {canExclude(field, value) && (
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

/** Where an e-mail address is cut, it is in what all of them share. */
function Actor({ words }: { words: string }) {
  const at = words.lastIndexOf('@');
  if (at <= 0) return words;
  return (
    <>
      {words.slice(0, at)}
      <span className={classes['domain']}>{words.slice(at)}</span>
    </>
  );
}

/** Relative, by the minute: a column of ticking seconds would never let the eye rest. */
function RowAgo({ at }: { at: number }) {
  const text = useClockText((now) => (now - at < 60_000 ? 'just now' : `${span((now - at) / 1000)} ago`));
  return <span className={classes['ago']}>{text}</span>;
}
