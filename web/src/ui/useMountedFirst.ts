import { useLayoutEffect, useState } from 'react';

/**
 * For what opens over the page: a menu, a dialog. It is not there until it is wanted for the first time, for a closed one costs its portal all the
 * same; then it is mounted closed and opened at once, so that it sees itself open and knows where the focus was. Both before the next paint.
 */
export function useMountedFirst(wanted: boolean): { mounted: boolean; opened: boolean } {
  const [ready, setReady] = useState(false);
  useLayoutEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- the second render is what this is for
    if (wanted) setReady(true);
  }, [wanted]);
  return { mounted: ready || wanted, opened: ready && wanted };
}
