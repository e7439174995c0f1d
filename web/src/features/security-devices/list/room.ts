import { useSyncExternalStore } from 'react';
import type { ColumnKey } from '../search';

/**
 * The columns that were asked for and have no room. Measured by the table and told by the menu of columns, which alone renders again for it: a panel
 * that opens takes room, and that click must stay quick.
 */
let without: readonly ColumnKey[] = [];
const listeners = new Set<() => void>();

export function tellWithoutRoom(keys: readonly ColumnKey[]): void {
  if (keys.join() === without.join()) return;
  without = keys;
  for (const one of listeners) one();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function useWithoutRoom(): readonly ColumnKey[] {
  return useSyncExternalStore(subscribe, () => without);
}
