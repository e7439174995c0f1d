import { useSyncExternalStore } from 'react';
import type { LiveFeed } from '@/data/live/live';
import { useClockText } from '@/ui/time';
import { span } from '@/ui/timeText';
import { isAsked, subscribe } from './signInGate';
import classes from './Shell.module.css';

/** Whether the live feed is open. */
export function LiveDot({ feed }: { feed: LiveFeed }) {
  const status = useSyncExternalStore(feed.subscribe, () => feed.snapshot().status);
  const ended = useSyncExternalStore(subscribe, isAsked);
  const text = useClockText(() => {
    const { lastAt } = feed.snapshot();
    const since = lastAt === null ? '' : ` Last update ${span((Date.now() - lastAt) / 1000)} ago.`;
    if (status === 'live') return `Live: the page updates by itself.${since}`;
    return status === 'connecting' ? 'Connecting to the live feed.' : `Reconnecting: what changes meanwhile is shown after that.${since}`;
  });
  if (ended) {
    return (
      <span className={classes.live} data-status="ended" title="The sign-in has ended: nothing is updated until you have signed in again.">
        <span aria-hidden className={classes.dot} />
        Signed out
      </span>
    );
  }
  return (
    <span className={classes.live} data-status={status} title={text}>
      <span aria-hidden className={classes.dot} />
      {/* Until the first connection the word only keeps its room. */}
      <span className={classes.liveWord}>{status === 'offline' ? 'Reconnecting' : 'Live'}</span>
      {/* For where the bar is narrow; only one of both is there. */}
      <span className={classes.liveShort}>{status === 'offline' ? 'Offline' : 'Live'}</span>
      <span className="pk-hidden">{status === 'live' ? 'The page updates by itself.' : 'Waiting for the server.'}</span>
    </span>
  );
}
