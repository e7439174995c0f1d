import { type ReactNode, startTransition, useEffect, useState } from 'react';
import { secondFrame } from '@/api/secondFrame';

/**
 * What can wait until that which stands before it is seen. It comes in slices that let keys and clicks through, or, `atOnce`, whole in the next frame.
 * It takes no more room than `meanwhile` until then: for what lies below, and for what has its room kept, or whatever follows it would move.
 */
export function Later({ children, meanwhile = null, atOnce = false }: { children: ReactNode; meanwhile?: ReactNode; atOnce?: boolean }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    // Begun any earlier, this work competes with the drawing of what is to be seen first.
    return secondFrame(() => {
      const come = (): void => {
        setDue(true);
      };
      if (atOnce) come();
      else startTransition(come);
    });
  }, [atOnce]);
  return due ? children : meanwhile;
}
