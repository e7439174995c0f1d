import { type RefObject, useEffect, useRef } from 'react';
import { useKey, useKeyHelp } from '@/ui/useKey';

const rowOf = (element: Element | null): number => {
  const row = element?.closest<HTMLElement>('tr[data-index]');
  return row ? Number(row.dataset['index']) : -1;
};

/**
 * Walking the rows: `j` and `k`, or the arrow keys inside the table, move the focus from name to name; with Shift they select on the
 * way; `x` selects the row that has the focus. The list scrolls along, and a row that scrolled away is found again.
 */
export function useRowKeys({ scroller, ids, toggle, scrollTo }: {
  scroller: RefObject<HTMLElement | null>;
  ids: string[];
  toggle: (id: string, range: boolean) => void;
  scrollTo: (index: number) => void;
}): void {
  const last = useRef(-1);
  const current = (): number => {
    const focused = rowOf(document.activeElement);
    return focused >= 0 ? focused : last.current;
  };
  const go = (to: number): void => {
    const index = Math.max(0, Math.min(ids.length - 1, to));
    if (ids.length === 0) return;
    last.current = index;
    scrollTo(index);
    // The row may only exist after the list has scrolled and rendered.
    const focus = (frames: number): void => {
      const link = scroller.current?.querySelector<HTMLElement>(`tr[data-index="${String(index)}"] a`);
      if (link) link.focus({ preventScroll: true });
      else if (frames > 0) requestAnimationFrame(() => {
        focus(frames - 1);
      });
    };
    focus(10);
  };
  const step = (by: number): void => {
    go(current() + by);
  };
  const extend = (by: number): void => {
    const from = current();
    const here = ids[from];
    const there = ids[from + by];
    if (here !== undefined && there !== undefined) {
      // The first step takes the row it starts from with it.
      const row = scroller.current?.querySelector<HTMLElement>(`tr[data-index="${String(from)}"]`);
      if (row?.dataset['chosen'] !== 'true') toggle(here, false);
      toggle(there, true);
    }
    step(by);
  };
  useKey('j', () => {
    step(1);
  }, 'Next and previous row');
  useKey('k', () => {
    step(current() < 0 ? 1 : -1);
  }, 'Next and previous row');
  useKey('J', () => {
    extend(1);
  }, 'Select on the way to the next or previous row');
  useKey('K', () => {
    extend(-1);
  }, 'Select on the way to the next or previous row');
  useKey('x', () => {
    const id = ids[current()];
    if (id !== undefined) toggle(id, false);
  }, 'Select the row');
  useKeyHelp('Enter', 'Open the row');
  const latest = useRef({ go, step, extend, count: ids.length });
  useEffect(() => {
    latest.current = { go, step, extend, count: ids.length };
  });
  useEffect(() => {
    const element = scroller.current;
    const onKey = (event: KeyboardEvent): void => {
      if (rowOf(event.target as Element) < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const { go: to, step: by, extend: along, count } = latest.current;
      if (event.key === 'ArrowDown') (event.shiftKey ? along : by)(1);
      else if (event.key === 'ArrowUp') (event.shiftKey ? along : by)(-1);
      else if (event.key === 'Home') to(0);
      else if (event.key === 'End') to(count - 1);
      else return;
      event.preventDefault();
    };
    element?.addEventListener('keydown', onKey);
    return () => {
      element?.removeEventListener('keydown', onKey);
    };
  }, [scroller]);
}
