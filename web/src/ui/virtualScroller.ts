import { elementScroll, type Virtualizer, type VirtualizerOptions } from '@tanstack/react-virtual';

type Rows = Virtualizer<HTMLDivElement, Element>;
type Options = Pick<VirtualizerOptions<HTMLDivElement, Element>, 'observeElementRect' | 'scrollToFn'>;

const placed = new WeakSet<Element>();
/** Those whose size is known; before that the list has a guess. */
const measured = new WeakSet<Element>();
/** Where a scroller was last sent, and where it was known to be then: until it tells of another place it is on its way. */
const sent = new WeakMap<Element, { to: number; from: number | null }>();
/** The row that stays in sight when the list becomes lower. */
const kept = new WeakMap<Rows, number>();

/**
 * How a virtual list sees and moves its scroller. As the library does it, but a list that has just come waits for the browser's own layout: asking
 * for its size, or sending it to where it is, would make the browser lay out a page that is about to change.
 */
export const virtualScroller: Options = {
  observeElementRect: (instance, tell) => {
    const { scrollElement: element } = instance;
    if (element === null) return;
    const observer = new ResizeObserver((entries) => {
      const size = entries.at(-1)?.contentRect;
      if (!size) return;
      const row = kept.get(instance) ?? -1;
      const seen = inSight(instance, row);
      measured.add(element);
      tell({ width: size.width, height: size.height });
      if (seen) bringIntoSight(instance, row);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  },
  scrollToFn: (offset, options, instance: Rows) => {
    const { scrollElement: element } = instance;
    const to = offset + (options.adjustments ?? 0);
    const fresh = element !== null && !placed.has(element);
    if (element !== null) {
      placed.add(element);
      sent.set(element, { to, from: instance.scrollOffset });
    }
    if (!fresh || to !== 0) elementScroll(offset, options, instance);
  },
};

/** Whether a row stands whole between the head and the foot of the scrolled area. */
function inSight(virtual: Rows, index: number): boolean {
  const { scrollElement: element, scrollOffset: top } = virtual;
  const row = virtual.measurementsCache[index];
  const height = virtual.scrollRect?.height;
  if (row === undefined || top === null || height === undefined || element === null || !measured.has(element)) return false;
  const last = sent.get(element);
  if (last !== undefined && last.from === top && Math.abs(last.to - top) > 1) return false;
  return row.start - virtual.options.scrollPaddingStart >= top && row.end <= top + height;
}

/** Scrolls no further than it must. Asking the browser to scroll makes it lay out the page there and then, even if there is nothing to do. */
export function bringIntoSight(virtual: Rows, index: number): void {
  if (index >= 0 && !inSight(virtual, index)) virtual.scrollToIndex(index, { align: 'auto' });
}

/** The same for the row whose panel is open, also when the list makes room for that: until another row is named, or none with -1. */
export function keepInSight(virtual: Rows, index: number): void {
  kept.set(virtual, index);
  bringIntoSight(virtual, index);
}
