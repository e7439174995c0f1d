import { type ReactNode, useDeferredValue } from 'react';

/**
 * What can wait until that which stands before it is painted. It comes with the next idle moment, in slices that let keys and clicks
 * through. Only for what lies below: it takes no room until then, and whatever followed it would move.
 */
export function Later({ children }: { children: ReactNode }) {
  return useDeferredValue(true, false) ? children : null;
}
