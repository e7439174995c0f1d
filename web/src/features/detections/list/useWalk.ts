import { type RefObject, useEffect, useRef } from 'react';
import { useKey, useKeyHelp } from '@/ui/useKey';

const rowOf = (element: Element | null): number => {
  const row = element?.closest<HTMLElement>('tr[data-index]');
  return row ? Number(row.dataset['index']) : -1;
};

/** `j` and `k`, or the arrow keys inside the table, move the focus from title to title; the list scrolls along. */
export function useWalk(scroller: RefObject<HTMLElement | null>, rows: number, scrollTo: (index: number) => void): void {
  const last = useRef(-1);
  const current = (): number => {
    const focused = rowOf(document.activeElement);
    return focused >= 0 ? focused : last.current;
  };
  const go = (to: number): void => {
    if (rows === 0) return;
    const index = Math.max(0, Math.min(rows - 1, to));
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
  useKey('j', () => {
    go(current() + 1);
  }, 'Next and previous rule');
  useKey('k', () => {
    go(current() < 0 ? 0 : current() - 1);
  }, 'Next and previous rule');
  useKeyHelp('Enter', 'Open the rule');
  const latest = useRef({ go, current, rows });
  useEffect(() => {
    latest.current = { go, current, rows };
  });
  useEffect(() => {
    const element = scroller.current;
    const onKey = (event: KeyboardEvent): void => {
      if (rowOf(event.target as Element) < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const now = latest.current;
      if (event.key === 'ArrowDown') now.go(now.current() + 1);
      else if (event.key === 'ArrowUp') now.go(now.current() - 1);
      else if (event.key === 'Home') now.go(0);
      else if (event.key === 'End') now.go(now.rows - 1);
      else return;
      event.preventDefault();
    };
    element?.addEventListener('keydown', onKey);
    return () => {
      element?.removeEventListener('keydown', onKey);
    };
  }, [scroller]);
}
