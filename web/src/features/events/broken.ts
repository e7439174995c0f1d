import { useSyncExternalStore } from 'react';
import type { Broken } from './search';

/**
 * What could not be read of the last address. The router writes the address anew without it before anything is drawn, so it is
 * remembered here until somebody changes the view.
 */
let broken: Broken[] = [];
const listeners = new Set<() => void>();

function set(next: Broken[]): void {
  broken = next;
  // Addresses are also read while something is drawn, and nothing may be drawn anew from there.
  queueMicrotask(() => {
    for (const listener of listeners) listener();
  });
}

export function tellBroken(parts: Broken[]): void {
  if (JSON.stringify(parts) !== JSON.stringify(broken)) set(parts);
}

export function forgetBroken(): void {
  if (broken.length > 0) set([]);
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export function useBroken(): Broken[] {
  return useSyncExternalStore(subscribe, () => broken);
}
