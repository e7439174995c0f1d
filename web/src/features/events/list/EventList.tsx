import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { serverNow } from '@/api/clock';
import type { EventWindow } from '@/data/events/types';
import { EmptyState, ErrorState } from '@/ui/states';
import { IconArrowUp, IconListSearch, IconPlus } from '@/ui/icons';
import { count } from '@/ui/timeText';
import { useEventsView } from '../context';
import { parseRange, presetRange, quickRanges, rangeWords } from '@/ui/range/range';
import { printMoment } from '@/ui/range/RangePicker';
import type { EventsSearch } from '../search';
import { EventTable } from './EventTable';
import page from '../events.module.css';
import classes from './table.module.css';

export interface EventListProps {
  selected: string | undefined;
  asked: EventWindow;
  onSearch: (search: EventsSearch) => void;
  /** How many have come since, and what shows them. */
  fresh: number;
  onFresh: () => void;
}

/** The next larger of the quick ranges: where one looks when nothing is found. */
export function widerRange(range: string): string | null {
  const now = parseRange(range);
  if (now?.kind === 'all') return null;
  const begin = (text: string): number => {
    const parsed = parseRange(text);
    return parsed?.kind === 'last' ? parsed.seconds : Infinity;
  };
  const seconds = now?.kind === 'last' ? now.seconds : now?.kind === 'span' && now.from !== null ? (serverNow() - now.from) / 1000 : Infinity;
  return quickRanges.find((one) => begin(one) > seconds) ?? 'all';
}

/** The words of a range inside a sentence. */
export const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);

/** The rows, or what stands in their place. */
export function EventList(props: EventListProps) {
  return (
    <div className={classes['frame']}>
      {props.fresh > 0 && (
        <Button size="compact-sm" className={classes['fresh'] ?? ''} leftSection={<IconArrowUp size={14} aria-hidden />} onClick={props.onFresh}>
          {count(props.fresh)} new
        </Button>
      )}
      <Rows {...props} />
    </div>
  );
}

function Rows({ selected, asked, onSearch }: EventListProps) {
  const { rows, search } = useEventsView();
  if (rows.error && rows.events.length === 0) {
    return <ErrorState title="The events could not be loaded" error={rows.error} onRetry={rows.retry} />;
  }
  const searching = rows.search?.status === 'searching';
  if (rows.events.length === 0 && !rows.loading && !searching) {
    return <Nothing cancelled={rows.search?.status === 'cancelled'} narrowed={asked.filters.length > 0 || asked.text !== ''} search={search} onSearch={onSearch} />;
  }
  return <EventTable selected={selected} onSearch={onSearch} />;
}

function Nothing(props: { cancelled: boolean; narrowed: boolean; search: EventsSearch; onSearch: (search: EventsSearch) => void }) {
  const { search, narrowed } = props;
  const { names } = useEventsView();
  const range = search.range ?? presetRange;
  const wider = widerRange(range);
  const without: EventsSearch = search.range === undefined ? {} : { range: search.range };
  const span = rangeWords(range, printMoment);
  const quick = /^\d+[mhd]$/.test(range);
  const inRange = parseRange(range)?.kind === 'all' ? '' : ` (${lowerFirst(span)})`;
  if (props.cancelled) {
    return <EmptyState icon={<IconListSearch size={28} aria-hidden />} title="The search was cancelled" text="Nothing had been found by then." />;
  }
  const clear = narrowed && (
    <Button
      variant="default"
      onClick={() => {
        props.onSearch(without);
      }}
    >
      Clear search and filters
    </Button>
  );
  if (names.noDevice && !narrowed) {
    return (
      <EmptyState
        icon={<IconListSearch size={28} aria-hidden />}
        title={range === 'all' ? 'No events yet' : `No events ${quick ? `in the ${span.toLowerCase()}` : 'in this time'}`}
        text={range === 'all' ? 'Events come from security devices, and none is connected.' : 'No security device is connected now. Events of deleted ones are kept.'}
        action={
          <div className={page['actions']}>
            <Button component={Link} to="/settings/security-devices/add" leftSection={<IconPlus size={16} aria-hidden />}>
              Add Security Device
            </Button>
            {range !== 'all' && (
              <Button
                variant="default"
                onClick={() => {
                  props.onSearch({ ...search, range: 'all' });
                }}
              >
                Look at all time
              </Button>
            )}
          </div>
        }
      />
    );
  }
  const filtered = Object.keys(search).some((key) => key !== 'range' && key !== 'text');
  const sought = search.text === undefined ? 'the filters' : filtered ? 'the search and the filters' : 'the search';
  const actions = (
    <div className={page['actions']}>
      {wider !== null && (
        <Button
          variant="default"
          onClick={() => {
            props.onSearch({ ...search, range: wider });
          }}
        >
          {wider === 'all' ? 'Look at all time' : `Look at the ${rangeWords(wider, printMoment).toLowerCase()}`}
        </Button>
      )}
      {clear}
    </div>
  );
  return (
    <EmptyState
      icon={<IconListSearch size={28} aria-hidden />}
      title={narrowed ? 'No event matches' : quick ? `No events in the ${span.toLowerCase()}` : 'No events in this time'}
      text={
        narrowed
          ? `Nothing fits ${sought} in the time shown${inRange}.${search.text ? ' Text is looked for as it is written, capitals included.' : ''}`
          : `${quick || inRange === '' ? '' : `${span}. `}Events appear here as soon as a security device delivers them.`
      }
      action={actions}
    />
  );
}
