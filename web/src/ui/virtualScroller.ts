import { elementScroll, type Virtualizer, type VirtualizerOptions } from '@tanstack/react-virtual';

type Options = Pick<VirtualizerOptions<HTMLDivElement, Element>, 'observeElementRect' | 'scrollToFn'>;

const placed = new WeakSet<Element>();

/**
 * How a virtual list sees and moves its scroller. As the library does it, but a list that has just come waits for the browser's own layout: asking
 * for its size, or sending it to where it is, would make the browser lay out a page that is about to change.
 */
export const virtualScroller: Options = {
  observeElementRect: ({ scrollElement: element }, tell) => {
    if (element === null) return;
    const observer = new ResizeObserver((entries) => {
      const size = entries.at(-1)?.contentRect;
      if (size) tell({ width: size.width, height: size.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  },
  scrollToFn: (offset, options, instance: Virtualizer<HTMLDivElement, Element>) => {
    const { scrollElement: element } = instance;
    const fresh = element !== null && !placed.has(element);
    if (element !== null) placed.add(element);
    if (!fresh || offset + (options.adjustments ?? 0) !== 0) elementScroll(offset, options, instance);
  },
};

/** Whether a row stands whole between the head and the foot of the scrolled area. */
function inSight(virtual: Virtualizer<HTMLDivElement, Element>, index: number): boolean {
  const row = virtual.measurementsCache[index];
  const top = virtual.scrollOffset;
  const height = virtual.scrollRect?.height;
  if (row === undefined || top === null || height === undefined) return false;
  return row.start - virtual.options.scrollPaddingStart >= top && row.end <= top + height;
}

/** Scrolls no further than it must. Asking the browser to scroll makes it lay out the page there and then, even if there is nothing to do. */
export function bringIntoSight(virtual: Virtualizer<HTMLDivElement, Element>, index: number): void {
  if (index >= 0 && !inSight(virtual, index)) virtual.scrollToIndex(index, { align: 'auto' });
}
