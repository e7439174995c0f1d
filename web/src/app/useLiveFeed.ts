import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { probe, reachNow, subscribeReach } from '@/api/reach';
import { applyLive } from '@/data/live/apply';
import { LiveFeed } from '@/data/live/live';
import { whoIsSignedIn } from '@/data/session/session';
import { requireSignIn } from './signInGate';

/** Holds the live feed of the organization open, also in a tab that nobody looks at: what is drawn there later must be true. */
export function useLiveFeed(organization: string | null): LiveFeed {
  const client = useQueryClient();
  const feed = useMemo(
    () =>
      new LiveFeed({
        organization: organization ?? '',
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
    [client, organization],
  );
  useEffect(() => {
    // Nobody is signed in any more: this page is on its way out.
    if (organization === null) return;
    let before = feed.snapshot().status;
    const stopTelling = feed.subscribe(() => {
      const { status } = feed.snapshot();
      // A feed that broke may mean that the server is gone, or only the feed.
      if (status === 'offline' && before !== 'offline') void probe();
      before = status;
    });
    const stopListening = subscribeReach(() => {
      if (!reachNow().gone) feed.wake();
    });
    feed.start();
    return () => {
      feed.stop();
      stopListening();
      stopTelling();
    };
  }, [feed, organization]);
  return feed;
}
