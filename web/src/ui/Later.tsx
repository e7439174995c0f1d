import { type ReactNode, startTransition, useEffect, useState } from 'react';

/**
 * What can wait until that which stands before it is seen. It comes in slices that let keys and clicks through. Only for what lies
 * below: it takes no room until then, and whatever followed it would move.
 */
export function Later({ children }: { children: ReactNode }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    // The second frame begins when the first is drawn: begun any earlier, this work competes with the drawing.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        startTransition(() => {
          setDue(true);
        });
      });
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, []);
  return due ? children : null;
}
