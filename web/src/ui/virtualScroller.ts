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
