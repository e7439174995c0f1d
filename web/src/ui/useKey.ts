import { useEffect, useRef, useSyncExternalStore } from 'react';

const untyped = ['checkbox', 'radio', 'button', 'submit', 'range', 'color', 'file'];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !untyped.includes(target.type);
  // A browser tells whether the text can be edited; what stands in the attribute tells it too.
  if (target.isContentEditable || target.closest('[contenteditable]:not([contenteditable="false"])') !== null) return true;
  return ['TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Over the page lies something that has the keys: a dialog, or a menu or list that was opened. */
function isCovered(target: EventTarget | null): boolean {
  if (document.querySelector('[aria-modal="true"]') !== null) return true;
  return target instanceof Element && target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null;
}

/** A key, or several that belong together, and what they do, as `?` tells. */
export interface KeyHelp {
  keys: readonly string[];
  says: string;
  /** Works on every page. */
  everywhere: boolean;
}

let told: readonly KeyHelp[] = [];
const listeners = new Set<() => void>();

function tell(next: readonly KeyHelp[]): void {
  told = next;
  for (const listener of listeners) listener();
}

/** Lists keys in the help while the component is on the screen. Without a text nothing is listed. */
export function useKeyHelp(keys: string, says: string | undefined, everywhere = false): void {
  useEffect(() => {
    if (says === undefined) return;
    const entry: KeyHelp = { keys: keys.split(' '), says, everywhere };
    tell([...told, entry]);
    return () => {
      tell(told.filter((one) => one !== entry));
    };
  }, [keys, says, everywhere]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The keys of what is on the screen; those that do the same stand together. */
export function useToldKeys(): KeyHelp[] {
  const all = useSyncExternalStore(subscribe, () => told);
  const byText = new Map<string, KeyHelp>();
  for (const { keys, says, everywhere } of all) {
    const known = byText.get(says);
    byText.set(says, { keys: [...new Set([...(known?.keys ?? []), ...keys])], says, everywhere });
  }
  return [...byText.values()];
}

/**
 * A key of the page. Compares the character, not the place on the keyboard: `/` is Shift+7 on some, `[` is AltGr+8 on others.
 * Does nothing while somebody types, nor (but for Escape) while something lies over the page. `says` is its line in the help.
 */
export function useKey(key: string, action: () => void, says?: string, everywhere = false): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useKeyHelp(key === 'Escape' ? 'Esc' : key, says, everywhere);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const command = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');
      if (event.key !== key || command || event.defaultPrevented || event.isComposing || isTyping(event.target)) return;
      if (key !== 'Escape' && isCovered(event.target)) return;
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
