import { Button, Popover } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { serverNow } from '@/api/clock';
import { Calendar } from '@/ui/Calendar';
import { readWall, useDateText } from '@/ui/dateText';
import { keepEscape } from '@/ui/filters/FilterBar';
import { IconCalendar, IconChevronDown } from '@/ui/icons';
import { dayTime, zoneName } from '@/ui/timeText';
import { fromInput, inputText, startOfDay, useZone } from '@/ui/zone';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { endsOf, parseRange, presetRange, quickRanges, rangeWords, spanText } from './range';
import classes from './range.module.css';

export const printMoment = (ms: number): string => dayTime(new Date(ms).toISOString());

/** The button that says which time is shown; it opens quick ranges and a calendar. */
export interface RangePickerProps {
  range: string;
  onChange: (range: string) => void;
  /** Which quick ranges are offered. */
  quick?: readonly string[];
}

export function RangePicker({ range, onChange, quick = quickRanges }: RangePickerProps) {
  useZone();
  const [opened, setOpened] = useState(false);
  const choose = (next: string): void => {
    setOpened(false);
    onChange(next);
  };
  const dropdown = useMountedFirst(opened);
  return (
    <Popover opened={dropdown.opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          className={classes['range'] ?? ''}
          leftSection={<IconCalendar size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Time range: ${rangeWords(range, printMoment)}`}
          onClick={() => {
            setOpened(!opened);
          }}
        >
          {rangeWords(range, printMoment)}
        </Button>
      </Popover.Target>
      {dropdown.mounted && (
        <Popover.Dropdown p={0} aria-label="Time range" onKeyDown={keepEscape}>
          {opened && <Choices range={range} quick={quick} onChoose={choose} />}
        </Popover.Dropdown>
      )}
    </Popover>
  );
}

/** `fromInput` alone lets days and hours overflow: 31 Feb would be 3 Mar. */
const written = (text: string): number | null => (readWall(text, true) === null ? null : (fromInput(text) ?? null));

interface Draft {
  from: string;
  to: string;
  /** The next day that is clicked ends the span. */
  half: number | null;
}

function Choices({ range, quick, onChoose }: { range: string; quick: readonly string[]; onChoose: (range: string) => void }) {
  const [now] = useState(serverNow);
  const [draft, setDraft] = useState<Draft>(() => {
    const ends = endsOf(parseRange(range) ?? { kind: 'all' }, now);
    return { from: ends.from === null ? '' : inputText(ends.from), to: ends.to === null ? '' : inputText(ends.to), half: null };
  });
  const [complaint, setComplaint] = useState<string | null>(null);
  const from = written(draft.from);
  const to = written(draft.to);
  const fromText = useDateText(draft.from, (next) => { setDraft({ ...draft, from: next, half: null }); }, true);
  const toText = useDateText(draft.to, (next) => { setDraft({ ...draft, to: next, half: null }); }, true);
  const onDay = (start: number): void => {
    setComplaint(null);
    if (draft.half === null) {
      setDraft({ from: inputText(start), to: inputText(startOfDay(start, 1)), half: start });
    } else {
      const [first, last] = start < draft.half ? [start, draft.half] : [draft.half, start];
      setDraft({ from: inputText(first), to: inputText(startOfDay(last, 1)), half: null });
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if ((from === null && draft.from.trim() !== '') || (to === null && draft.to.trim() !== '')) setComplaint('Write a moment like 17 Nov 2026, 09:00.');
    else if (from === null && to === null) setComplaint('Give a beginning, an end, or both.');
    else if (from !== null && to !== null && from >= to) setComplaint('The beginning must lie before the end.');
    else onChoose(spanText(from, to));
  };
  return (
    <div className={classes['rangeBox']}>
      <ul className={classes['quick']} aria-label="Quick ranges">
        {quick.map((one) => (
          <li key={one}>
            <button type="button" aria-current={one === range ? 'true' : undefined} data-autofocus={one === (range || presetRange) ? true : undefined} onClick={() => { onChoose(one); }}>
              {rangeWords(one, printMoment)}
            </button>
          </li>
        ))}
      </ul>
      <form className={classes['custom']} onSubmit={submit}>
        <Calendar from={from} to={to} now={now} onDay={onDay} />
        <label className={classes['moment']}>
          <span>From</span>
          <input type="text" autoComplete="off" placeholder="17 Nov 2026, 09:00" {...fromText} />
        </label>
        <label className={classes['moment']}>
          <span>Until</span>
          <input type="text" autoComplete="off" placeholder="now" {...toText} />
        </label>
        <p className={classes['zoneNote']}>In {zoneName()}. Leave Until empty to include new events.</p>
        {complaint !== null && (
          <p role="alert" className={classes['complaint']}>
            {complaint}
          </p>
        )}
        <Button type="submit" size="xs">
          Apply
        </Button>
      </form>
    </div>
  );
}
