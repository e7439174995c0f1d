import { useEffect, useRef } from 'react';

const untyped = ['checkbox', 'radio', 'button', 'submit', 'range', 'color', 'file'];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !untyped.includes(target.type);
  return target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName);
}

/**
 * A key of the page. Compares the character, not the place on the keyboard: `/` is Shift+7 on some, `[` is AltGr+8 on others.
 * Does nothing while somebody types.
 */
export function useKey(key: string, action: () => void): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const command = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');
      if (event.key !== key || command || event.defaultPrevented || isTyping(event.target)) return;
      // Escape also closes what the browser knows about; let it.
      if (key !== 'Escape') event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, [key]);
}
