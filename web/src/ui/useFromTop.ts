import { type RefObject, useCallback, useLayoutEffect, useRef } from 'react';

/**
 * What is scrolled begins at its top again when it shows another thing. Where it stands is not asked of the browser, which would lay out the page
 * for the answer: `onScroll` tells whether it has moved.
 */
export function useFromTop<T extends HTMLElement>(shown: string): { ref: RefObject<T | null>; onScroll: () => void } {
  const ref = useRef<T>(null);
  const scrolled = useRef(false);
  useLayoutEffect(() => {
    if (scrolled.current && ref.current) ref.current.scrollTop = 0;
    scrolled.current = false;
  }, [shown]);
  const onScroll = useCallback(() => {
    scrolled.current = true;
  }, []);
  return { ref, onScroll };
}
