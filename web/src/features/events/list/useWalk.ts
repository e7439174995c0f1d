import { useEffect, useRef } from 'react';
import { useKeyHelp } from '@/ui/useKey';

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Arrow keys scroll whatever has the focus elsewhere; they walk rows only from the list, or from nowhere. */
function free(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return true;
  if (target.closest('[role="dialog"], [role="menu"], [role="grid"]') !== null) return false;
  return target === document.body || target.id === 'content' || target.closest('[data-walk]') !== null;
}

const steps: Partial<Record<string, number>> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

/** j and k, or the arrows, from row to row. */
export function useWalk(walk: (step: number) => void): void {
  useKeyHelp('j k', 'Next and previous event');
  useKeyHelp('Enter', 'Open the event');
  const latest = useRef(walk);
  useEffect(() => {
    latest.current = walk;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const step = steps[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (typing(event.target) || document.querySelector('[role="dialog"], [role="menu"]') !== null) return;
      if (event.key.startsWith('Arrow') && !free(event.target)) return;
      event.preventDefault();
      latest.current(step);
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}
