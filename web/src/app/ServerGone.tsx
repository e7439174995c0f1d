import { Loader } from '@mantine/core';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { probe, reachNow, subscribeReach } from '@/api/reach';
import { useGone, useLastAnswer } from '@/data/live/gone';
import { sessionQuery } from '@/data/session/session';
import { clockText, useZone } from '@/ui/zone';
import classes from './Shell.module.css';

const firstMs = 1000;
const lastMs = 5000;

/** What stands on the page is asked for again; who is signed in is not in question. */
function askAgain(client: QueryClient): void {
  const [session] = sessionQuery.queryKey;
  void client.refetchQueries({ type: 'active', predicate: ({ queryKey }) => queryKey[0] !== session && queryKey[0] !== 'preferences' });
}

/** While the server does not answer it is asked from time to time; when it does, the page is brought up to date without loading it anew. */
export function useRecovery(onBack: () => void): boolean {
  const gone = useGone();
  useEffect(() => {
    if (!gone) return;
    let wait = firstMs;
    let timer: number | undefined;
    let over = false;
    const next = (): void => {
      timer = window.setTimeout(() => {
        void probe().then((back) => {
          if (!back && !over) next();
        });
        wait = Math.min(wait * 2, lastMs);
      }, wait);
    };
    const end = subscribeReach(() => {
      if (!reachNow().gone) onBack();
    });
    next();
    return () => {
      over = true;
      window.clearTimeout(timer);
      end();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what to do then is asked for then
  }, [gone]);
  return gone;
}

/** Says quietly that what is shown grows old, and since when. Floats: what somebody reads does not move. */
export function ServerGone() {
  const client = useQueryClient();
  const gone = useRecovery(() => {
    askAgain(client);
  });
  return (
    <div className={classes.gone} role="status" aria-live="polite" data-shown={gone}>
      {gone && (
        <>
          <Loader size={14} color="gray" aria-hidden />
          <span>
            Picket does not answer. Trying again … <LastUpdate />
          </span>
        </>
      )}
    </div>
  );
}

/** When the server last answered, in the person's zone. */
function LastUpdate() {
  useZone();
  const at = useLastAnswer();
  return at === null ? null : <span className="pk-num">Last update {clockText(at).slice(0, 5)}.</span>;
}
