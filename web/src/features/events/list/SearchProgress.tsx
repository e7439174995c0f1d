import { Button, Progress } from '@mantine/core';
import type { SearchState } from '@/data/events/search';
import { IconAlertOctagon, IconPlayerPause, IconX } from '@/ui/icons';
import { useClockText } from '@/ui/time';
import { count, dayTime } from '@/ui/timeText';
import classes from '../events.module.css';

/** A quick search needs no progress; it would only flicker. */
const quietMs = 400;

const percentOf = (search: SearchState): number => (search.of > 0 ? Math.min(100, (100 * search.scanned) / search.of) : 0);

function howFar(search: SearchState): string {
  const back = search.reached === null ? '' : `, back to ${dayTime(search.reached)}`;
  return `${count(search.scanned)} of ${count(search.of)} records looked through${back}`;
}

const found = (search: SearchState): string => `${count(search.events.length)} found`;

/** Before the server has said how many events there are to look through, there is nothing to say but that they are. */
function soFar(search: SearchState): string {
  if (search.of > 0) return `${found(search)}, ${howFar(search)}`;
  return search.events.length > 0 ? found(search) : 'the newest records come first';
}

/** How far a search through the records has come; it can be ended at any time, and gone on with. */
export function SearchProgress(props: { search: SearchState; onCancel: () => void; onResume: () => void }) {
  const { search } = props;
  const slow = useClockText(() => (Date.now() - search.since > quietMs ? 'slow' : '')) === 'slow';
  if (search.status === 'searching') {
    if (!slow) return null;
    return (
      <div className={classes['progress']}>
        <Progress value={percentOf(search)} size="xs" aria-label="Search through the records" className={classes['progressBar'] ?? ''} />
        <span className={classes['progressText']} role="status">
          Searching: {soFar(search)}
        </span>
        <Button size="compact-sm" variant="default" leftSection={<IconX size={14} aria-hidden />} onClick={props.onCancel}>
          Cancel
        </Button>
      </div>
    );
  }
  if (search.status === 'cancelled') {
    return (
      <div className={classes['progress']}>
        <IconPlayerPause size={16} aria-hidden />
        <span className={classes['progressText']} role="status">
          Search cancelled: {search.of > 0 ? soFar(search) : 'no record had been looked through'}
        </span>
        <Button size="compact-sm" variant="default" onClick={props.onResume}>
          Go on
        </Button>
      </div>
    );
  }
  if (search.status === 'failed' && search.events.length > 0) {
    return (
      <div className={classes['progress']} data-tone="bad">
        <IconAlertOctagon size={16} aria-hidden />
        <span className={classes['progressText']} role="alert">
          The search broke off: {soFar(search)}. {search.error?.message}
        </span>
        <Button size="compact-sm" variant="default" onClick={props.onResume}>
          Go on
        </Button>
      </div>
    );
  }
  return null;
}
