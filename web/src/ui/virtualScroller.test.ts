import type { Virtualizer } from '@tanstack/react-virtual';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bringIntoSight, keepInSight, virtualScroller } from './virtualScroller';

/** A hundred rows of 40 px below a head of 36, in a scroller that a test gives its size. */
function rows() {
  const scrollToIndex = vi.fn();
  const list = {
    scrollElement: document.createElement('div'),
    scrollOffset: 0,
    scrollRect: { width: 900, height: 800 },
    options: { scrollPaddingStart: 36 },
    measurementsCache: Array.from({ length: 100 }, (_, index) => ({ start: 36 + 40 * index, end: 76 + 40 * index })),
    scrollToIndex,
  };
  const virtual = list as unknown as Virtualizer<HTMLDivElement, Element>;
  virtualScroller.observeElementRect(virtual, (rect) => {
    list.scrollRect = rect;
  });
  return { list, virtual, scrollToIndex };
}

let resize: (height: number) => void = () => undefined;
beforeEach(() => {
  vi.stubGlobal('ResizeObserver', class {
    constructor(tell: (entries: unknown[]) => void) {
      resize = (height) => {
        tell([{ contentRect: { width: 900, height } }]);
      };
    }
    observe(): void {}
    disconnect(): void {}
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a row is brought into sight', () => {
  test('only if it is not there', () => {
    const { virtual, scrollToIndex } = rows();
    resize(600);
    bringIntoSight(virtual, 13);
    expect(scrollToIndex).not.toHaveBeenCalled();
    bringIntoSight(virtual, 14);
    expect(scrollToIndex).toHaveBeenCalledExactlyOnceWith(14, { align: 'auto' });
    bringIntoSight(virtual, -1);
    expect(scrollToIndex).toHaveBeenCalledTimes(1);
  });

  test('while the list has a guess of its height', () => {
    const { virtual, scrollToIndex } = rows();
    bringIntoSight(virtual, 3);
    expect(scrollToIndex).toHaveBeenCalledTimes(1);
  });

  test('while the list is on its way elsewhere', () => {
    const { list, virtual, scrollToIndex } = rows();
    resize(600);
    list.scrollElement.scrollTo = () => undefined;
    virtualScroller.scrollToFn(2000, {}, virtual);
    bringIntoSight(virtual, 3);
    expect(scrollToIndex).toHaveBeenCalledTimes(1);
    list.scrollOffset = 2000;
    bringIntoSight(virtual, 55);
    expect(scrollToIndex).toHaveBeenCalledTimes(1);
  });

  test('when the list becomes lower and it was seen before; where somebody scrolled away from it, it is not', () => {
    const { list, virtual, scrollToIndex } = rows();
    resize(600);
    keepInSight(virtual, 13);
    expect(scrollToIndex).not.toHaveBeenCalled();
    resize(560);
    expect(scrollToIndex).toHaveBeenCalledExactlyOnceWith(13, { align: 'auto' });
    list.scrollOffset = 1200;
    resize(500);
    expect(scrollToIndex).toHaveBeenCalledTimes(1);
    keepInSight(virtual, -1);
    list.scrollOffset = 0;
    resize(600);
    resize(300);
    expect(scrollToIndex).toHaveBeenCalledTimes(1);
  });
});
