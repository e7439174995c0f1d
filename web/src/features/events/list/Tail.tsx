import { Button, Loader } from '@mantine/core';
import { count } from '@/ui/timeText';
import { useEventsView } from '../context';
import { presetRange, rangeWords } from '@/ui/range/range';
import { printMoment } from '@/ui/range/RangePicker';
import type { EventsSearch } from '../search';
import { lowerFirst, widerRange } from './EventList';
import classes from './table.module.css';

/** "of the last 7 days", "there are": the end of a sentence about a range. */
function ofRange(range: string, words: string): string {
  if (range === 'all') return 'there are';
  const lower = lowerFirst(words);
  return /^\d+[mhd]$/.test(range) ? `of the ${lower}` : `of ${lower}`;
}

/** What stands below the last row. */
export function Tail({ onSearch }: { onSearch: (search: EventsSearch) => void }) {
  const { rows, search } = useEventsView();
  // The bar above the list says why, and goes on.
  if (rows.search?.status === 'failed') return <div className={classes['tail']}>The search came as far as this.</div>;
  if (rows.error) {
    return (
      <div className={classes['tail']} role="alert">
        Older events could not be loaded: {rows.error.message}
        <Button size="compact-sm" variant="default" onClick={rows.retry}>
          Try again
        </Button>
      </div>
    );
  }
  if (rows.more === 'loading' || rows.more === 'yes') {
    return (
      <div className={classes['tail']}>
        <Loader size="xs" aria-hidden />
        {rows.search ? 'Looking further back' : 'Loading older events'}
      </div>
    );
  }
  if (rows.search?.status === 'cancelled') {
    return <div className={classes['tail']}>The search was cancelled here.</div>;
  }
  const range = search.range ?? presetRange;
  const wider = widerRange(range);
  const span = rangeWords(range, printMoment);
  return (
    <div className={classes['tail']}>
      {count(rows.events.length)} {rows.events.length === 1 ? 'event' : 'events'}: that is all {ofRange(range, span)}.
      {wider !== null && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            onSearch({ ...search, range: wider });
          }}
        >
          {wider === 'all' ? 'All time' : rangeWords(wider, printMoment)}
        </Button>
      )}
    </div>
  );
}
