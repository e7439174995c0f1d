import { useSyncExternalStore } from 'react';
import { serverTime } from '@/api/clock';
import { reachNow, subscribeReach } from '@/api/reach';

/** Whether the server does not answer. */
export function useGone(): boolean {
  return useSyncExternalStore(subscribeReach, () => reachNow().gone);
}

/** While the server does not answer: when it last did, in milliseconds of its clock; else null. */
export function useLastAnswer(): number | null {
  const gone = useGone();
  const { lastAt } = reachNow();
  return gone && lastAt !== null ? serverTime(lastAt) : null;
}
