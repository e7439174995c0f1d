import { type RefObject, useLayoutEffect, useState } from 'react';
import { flushSync } from 'react-dom';

/**
 * The width of an element; `guess` before it is known. It is told by the browser's own layout, before the frame is painted: asking for it any
 * earlier would make the browser lay the page out once more.
 */
export function useWidth(ref: RefObject<HTMLElement | null>, guess: () => number = () => 0): number {
  const [width, setWidth] = useState(guess);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      flushSync(() => {
        setWidth(element.clientWidth);
      });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [ref]);
  return width;
}
