import { useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef } from 'react';
import { virtualScroller } from './virtualScroller';

export interface VirtualRows {
  virtual: Virtualizer<HTMLDivElement, Element>;
  items: VirtualItem[];
  /** How high what is not drawn is, above and below. */
  before: number;
  after: number;
}

interface Options {
  scroller: RefObject<HTMLDivElement | null>;
  count: number;
  /** Both the same functions while the rows are the same: with others every row is measured again. */
  estimateSize: (index: number) => number;
  getItemKey: (index: number) => string | number;
  /** How high the sticky head is, which lies in the scrolled area above the first row; 0 for cards, which have none. */
  head: number;
  /** Rows drawn beyond the edges of the scrolled area. */
  overscan?: number;
  /** What is assumed until the browser has told; with a good guess rows are drawn once. */
  guess?: { width: number; height: number };
  /** False while rows would be laid out anew a moment later. */
  draws?: boolean;
}

const anyWindow = { width: 1280, height: 800 };
const none: VirtualItem[] = [];

/** The rows of a list that are drawn, in a real table: spacers above and below keep the scrollbar honest. */
export function useVirtualRows({ scroller, count, estimateSize, getItemKey, head, overscan = 6, guess = anyWindow, draws = true }: Options): VirtualRows {
  const virtual = useVirtualizer<HTMLDivElement, Element>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey,
    scrollMargin: head,
    scrollPaddingStart: head,
    ...virtualScroller,
    overscan,
    initialRect: guess,
  });
  const measured = useRef(head);
  useEffect(() => {
    // Rows that have become cards, or cards rows, have other heights. On the first run there is nothing measured to forget.
    if (measured.current !== head) virtual.measure();
    measured.current = head;
  }, [head, virtual]);
  const items = draws ? virtual.getVirtualItems() : none;
  const before = Math.max(0, (items[0]?.start ?? head) - head);
  const after = Math.max(0, virtual.getTotalSize() - ((items.at(-1)?.end ?? head) - head));
  return { virtual, items, before, after };
}
