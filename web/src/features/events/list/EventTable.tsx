import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { GlossaryKey } from '@/glossary';
import { parseFilter } from '@/ui/filters/filters';
import { Skeleton } from '@/ui/states';
import { Meaning } from '@/ui/Term';
import { useClockText } from '@/ui/time';
import { useMedia } from '@/ui/useMedia';
import { startOfDay, useZone, wallOf, zoned } from '@/ui/zone';
import { useVirtualRows } from '@/ui/useVirtualRows';
import { bringIntoSight, keepInSight } from '@/ui/virtualScroller';
import { useEventsView } from '../context';
import type { EventsSearch } from '../search';
import { EventRow } from './EventRow';
import { linesOf } from './lines';
import { Tail } from './Tail';
import { useWalk } from './useWalk';
import classes from './table.module.css';

const columns: { title: string; className: string; term: GlossaryKey }[] = [
  { title: 'Time', className: 'colTime', term: 'event_time' },
  { title: 'Action', className: 'colAction', term: 'action' },
  { title: 'Actor', className: 'colActor', term: 'actor' },
  { title: 'Target', className: 'colTarget', term: 'target' },
  { title: 'Address', className: 'colAddress', term: 'source_address' },
  { title: 'Stream', className: 'colStream', term: 'stream' },
  { title: 'Device', className: 'colDevice', term: 'security_device' },
];

const rowHeight = 36;
const dayHeight = 32;
const cardHeight = 84;
const headHeight = 34;
/** So many rows before the end the next ones are asked for. */
const ahead = 40;

const dayOfYear = zoned({ weekday: 'long', day: 'numeric', month: 'long' });
const dayOfOtherYear = zoned({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** "Today, Monday 30 November" */
function dayName(start: number, now: number): string {
  const name = (wallOf(start).year === wallOf(now).year ? dayOfYear : dayOfOtherYear).format(start);
  const back = [0, -1].find((days) => startOfDay(now, days) === start);
  return back === undefined ? name : `${back === 0 ? 'Today' : 'Yesterday'}, ${name}`;
}

/** It says so past midnight, too. */
function DayName({ start }: { start: number }) {
  return useClockText((now) => dayName(start, now));
}

export function EventTable({ selected, onSearch }: { selected: string | undefined; onSearch: (search: EventsSearch) => void }) {
  const { rows, names, search, open } = useEventsView();
  const device = parseFilter(search.device);
  const oneDevice = device !== undefined && !device.not && device.values.length === 1;
  const { events, more, loadMore } = rows;
  const scroller = useRef<HTMLDivElement>(null);
  const cards = useMedia('(max-width: 640px)');
  const zone = useZone();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- days begin with the midnights of the person's zone
  const lines = useMemo(() => linesOf(events), [events, zone]);
  const lineOf = useMemo(() => new Map(lines.map((line, index) => [line.key, index])), [lines]);
  const estimateSize = useCallback((index: number) => (lines[index]?.kind === 'day' ? dayHeight : cards ? cardHeight : rowHeight), [lines, cards]);
  const getItemKey = useCallback((index: number) => lines[index]?.key ?? index, [lines]);
  const { virtual, items, before, after } = useVirtualRows({ scroller, count: lines.length, estimateSize, getItemKey, head: cards ? 0 : headHeight });

  const [cursor, setCursor] = useState<string | null>(null);
  useWalk((step) => {
    const from = selected ?? cursor;
    const index = events.findIndex((event) => event.id === from);
    const next = events[index < 0 ? 0 : index + step];
    if (!next) return;
    setCursor(next.id);
    bringIntoSight(virtual, lineOf.get(next.id) ?? -1);
    if (selected !== undefined) open(next.id, true);
  });

  const known = selected !== undefined && lineOf.has(selected);
  useEffect(() => {
    keepInSight(virtual, known ? (lineOf.get(selected) ?? -1) : -1);
    // Only when another event is opened or first found: live rows must not scroll.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected, known]);

  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more === 'yes' && lastIndex >= lines.length - ahead) loadMore();
  }, [more, lastIndex, lines.length, loadMore]);

  // One stop of the Tab key: the row of the cursor, or the first that is drawn.
  const drawn = items.flatMap((item) => (lines[item.index]?.kind === 'event' ? [String(item.key)] : []));
  const stop = [selected, cursor].find((id) => typeof id === 'string' && drawn.includes(id)) ?? drawn[0];
  return (
    <div ref={scroller} className={classes['scroller']} tabIndex={-1} data-walk="" data-stale={rows.stale}>
      <table
        className={classes['table']}
        data-one-device={names.devices.size < 2 || oneDevice}
        aria-rowcount={more === 'no' ? events.length + 1 : -1}
        aria-busy={rows.loading}
        aria-label="Events, newest first"
      >
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={classes[column.className]}>
                <Meaning of={column.term}>
                  {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the meaning must be reachable by keyboard */}
                  <span tabIndex={0}>{column.title}</span>
                </Meaning>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden className={classes['spacer']} style={{ height: before }} />}
          {rows.loading
            ? Array.from({ length: 16 }, (_, index) => <SkeletonRow key={index} />)
            : items.map((item) => {
                const line = lines[item.index];
                if (line?.kind === 'day') {
                  return (
                    <tr key={line.key} className={classes['day']}>
                      <th scope="rowgroup">
                        <DayName start={line.start} />
                      </th>
                      {columns.slice(1).map((column) => (
                        <td key={column.title} className={classes[column.className.replace('col', 'cell')]} />
                      ))}
                    </tr>
                  );
                }
                const event = line ? events[line.index] : undefined;
                return event && line ? (
                  <EventRow
                    key={event.id}
                    event={event}
                    rowIndex={line.index + 2}
                    selected={event.id === selected}
                    tabStop={event.id === stop}
                    focus={event.id === cursor && selected === undefined}
                  />
                ) : null;
              })}
          {after > 0 && <tr aria-hidden className={classes['spacer']} style={{ height: after }} />}
        </tbody>
      </table>
      {!rows.loading && <Tail onSearch={onSearch} />}
    </div>
  );
}

const skeletonWidths = [120, 110, 170, 150, 120, 90, 80];

function SkeletonRow() {
  return (
    <tr className={classes['row']} aria-hidden>
      {columns.map((column, index) => (
        <td key={column.title} className={classes[column.className.replace('col', 'cell')]}>
          <Skeleton width={skeletonWidths[index] ?? 90} />
        </td>
      ))}
    </tr>
  );
}
