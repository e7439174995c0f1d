import { ActionIcon } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { IconChevronLeft, IconChevronRight } from '@/ui/icons';
import { momentOf, startOfDay, useZone, wallOf, zoned, zoneOffset, type Wall } from './zone';
import classes from './Calendar.module.css';

export interface CalendarProps {
  /** The span shown as taken, milliseconds; `to` excluded. */
  from: number | null;
  to: number | null;
  /** Today, and the last day that can be chosen. */
  now: number;
  onDay: (startOfDay: number) => void;
  /** Whether what opens with it gives the focus to its day. */
  focused?: boolean;
}

/** Esc is for what opened the calendar, not for a dialog beneath: Mantine asks the element that has the focus. */
const ownEscape = { 'data-mantine-stop-propagation': true };

const weekDays = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const monthName = zoned({ month: 'long', year: 'numeric' });
const dayName = zoned({ dateStyle: 'full' });

const firstOf = (ms: number, months = 0): number => {
  const wall = wallOf(ms);
  return momentOf({ ...wall, month: wall.month + months, day: 1, hour: 0, minute: 0, second: 0 });
};

/** The days of a month in weeks that begin on Monday; the weeks at both ends are filled up. */
function weeksOf(month: number): number[][] {
  const shift = (new Date(month + zoneOffset(month)).getUTCDay() + 6) % 7;
  const weeks: number[][] = [];
  const next = firstOf(month, 1);
  for (let at = startOfDay(month, -shift); at < next; at = startOfDay(at, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => startOfDay(at, index)));
  }
  return weeks;
}

const moves: Record<string, (day: number) => number> = {
  ArrowLeft: (day) => startOfDay(day, -1),
  ArrowRight: (day) => startOfDay(day, 1),
  ArrowUp: (day) => startOfDay(day, -7),
  ArrowDown: (day) => startOfDay(day, 7),
  PageUp: (day) => sameDay(day, -1),
  PageDown: (day) => sameDay(day, 1),
};

/** The same day of another month, or that month's last. */
function sameDay(day: number, months: number): number {
  const first = firstOf(day, months);
  const last = wallOf(startOfDay(firstOf(first, 1), -1)).day;
  return startOfDay(first, Math.min(wallOf(day).day, last) - 1);
}

/** A month; arrow keys walk its days, page keys its months. */
export function Calendar({ from, to, now, onDay, focused = false }: CalendarProps) {
  useZone();
  const today = startOfDay(now);
  const [day, setDay] = useState(() => startOfDay(to === null ? (from ?? now) : Math.min(to - 1, now)));
  const grid = useRef<HTMLTableElement>(null);
  const walked = useRef(false);
  useEffect(() => {
    if (walked.current) grid.current?.querySelector<HTMLElement>('button[tabindex="0"]')?.focus();
    walked.current = false;
  }, [day]);
  const month = firstOf(day);
  const turn = (months: number): void => {
    setDay(Math.min(sameDay(day, months), today));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    walked.current = true;
    setDay(Math.min(move(day), today));
  };
  return (
    <div className={classes['calendar']}>
      <div className={classes['head']}>
        <ActionIcon variant="subtle" color="gray" aria-label="Previous month" {...ownEscape} onClick={() => { turn(-1); }}>
          <IconChevronLeft size={16} aria-hidden />
        </ActionIcon>
        <span aria-live="polite" className={classes['month']}>
          {monthName.format(month)}
        </span>
        <ActionIcon variant="subtle" color="gray" aria-label="Next month" disabled={firstOf(month, 1) > today} {...ownEscape} onClick={() => { turn(1); }}>
          <IconChevronRight size={16} aria-hidden />
        </ActionIcon>
      </div>
      <table role="grid" aria-label={monthName.format(month)} ref={grid} className={classes['grid']} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {weekDays.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week[0]}>
              {week.map((one) => (
                <Day key={one} wall={wallOf(one)} start={one} shown={day} month={month} today={today} from={from} to={to} focused={focused} onDay={(start) => { setDay(start); onDay(start); }} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Day(props: {
  wall: Wall;
  start: number;
  shown: number;
  month: number;
  today: number;
  from: number | null;
  to: number | null;
  focused: boolean;
  onDay: (start: number) => void;
}) {
  const { start, from, to } = props;
  const end = startOfDay(start, 1);
  const taken = (from !== null || to !== null) && (from ?? -Infinity) < end && (to ?? Infinity) > start && start <= props.today;
  return (
    <td aria-selected={taken} data-first={taken && from !== null && from >= start} data-last={taken && (to === null ? start === props.today : to <= end)}>
      <button
        type="button"
        {...ownEscape}
        data-autofocus={(props.focused && start === props.shown) || undefined}
        tabIndex={start === props.shown ? 0 : -1}
        aria-label={dayName.format(start)}
        aria-current={start === props.today ? 'date' : undefined}
        disabled={start > props.today}
        data-outside={wallOf(props.month).month !== props.wall.month}
        onClick={() => {
          props.onDay(start);
        }}
      >
        {props.wall.day}
      </button>
    </td>
  );
}
