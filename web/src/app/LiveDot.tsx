import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { probe, reachNow, subscribeReach } from '@/api/reach';
import { applyLive } from '@/data/live/apply';
import { LiveFeed } from '@/data/live/live';
import { whoIsSignedIn } from '@/data/session/session';
import { useClockText } from '@/ui/time';
import { span } from '@/ui/timeText';
import { isAsked, requireSignIn, subscribe } from './signInGate';
import classes from './Shell.module.css';

/** Holds the live feed open and shows whether it is. */
export function LiveDot() {
  const client = useQueryClient();
  const feed = useMemo(
    () =>
      new LiveFeed({
        onMessages: (messages) => {
          applyLive(client, messages);
        },
        onRefused: () => {
          // A closed feed may only mean a restart; the session tells.
          void whoIsSignedIn()
            .then((session) => (session === null ? requireSignIn() : true))
            .catch(() => false);
        },
      }),
    [client],
  );
  useEffect(() => {
    feed.start();
    return () => {
      feed.stop();
    };
  }, [feed]);
  const state = useSyncExternalStore(feed.subscribe, feed.snapshot);
  const ended = useSyncExternalStore(subscribe, isAsked);
  useEffect(() => {
    // A feed that broke may mean that the server is gone, or only the feed.
    if (state.status === 'offline') void probe();
  }, [state.status]);
  useEffect(
    () =>
      subscribeReach(() => {
        if (!reachNow().gone) feed.wake();
      }),
    [feed],
  );
  const text = useClockText(() => {
    const since = state.lastAt === null ? '' : ` Last update ${span((Date.now() - state.lastAt) / 1000)} ago.`;
    if (state.status === 'live') return `Live: the page updates by itself.${since}`;
    return state.status === 'connecting' ? 'Connecting to the live feed.' : `Reconnecting: what changes meanwhile is shown after that.${since}`;
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
    <span className={classes.live} data-status={state.status} title={text}>
      <span aria-hidden className={classes.dot} />
      {/* Until the first connection the word only keeps its room. */}
      <span className={classes.liveWord}>{state.status === 'offline' ? 'Reconnecting' : 'Live'}</span>
      {/* For where the bar is narrow; only one of both is there. */}
      <span className={classes.liveShort}>{state.status === 'offline' ? 'Offline' : 'Live'}</span>
      <span className="pk-hidden">{state.status === 'live' ? 'The page updates by itself.' : 'Waiting for the server.'}</span>
    </span>
  );
}
