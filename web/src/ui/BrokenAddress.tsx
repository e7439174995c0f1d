import { useEffect, useSyncExternalStore } from 'react';
import { IconAlertTriangle } from '@/ui/icons';
import { Callout } from './states';

/** A part of an address that could not be read, in words. */
export interface Broken {
  key: string;
  value: string;
  /** What is wrong with it, or what is shown instead. */
  why: string;
}

/**
 * What could not be read of the last address of an area. The router writes the address anew without it before anything is drawn, so
 * it is remembered here until somebody changes the view.
 */
const broken = new Map<string, Broken[]>();
const none: Broken[] = [];
const listeners = new Set<() => void>();

function set(area: string, next: Broken[]): void {
  broken.set(area, next);
  // Addresses are also read while something is drawn, and nothing may be drawn anew from there.
  queueMicrotask(() => {
    for (const listener of listeners) listener();
  });
}

/** Foreign text: cut to what fits a line. */
const longest = 60;

export function tellBroken(area: string, parts: readonly Broken[]): void {
  const cut = parts.map((part) => ({ ...part, value: part.value.slice(0, longest) }));
  if (JSON.stringify(cut) !== JSON.stringify(broken.get(area) ?? none)) set(area, cut);
}

export function forgetBroken(area: string): void {
  if ((broken.get(area) ?? none).length > 0) set(area, none);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** One line a part that could not be read; the rest of the address is shown. It stays until the view is changed, left or dismissed. */
export function BrokenAddress({ area, label }: { area: string; label: (key: string) => string }) {
  const parts = useSyncExternalStore(subscribe, () => broken.get(area) ?? none);
  useEffect(
    () => () => {
      forgetBroken(area);
    },
    [area],
  );
  if (parts.length === 0) return null;
  return (
    <Callout tone="warn" role="status" icon={<IconAlertTriangle size={18} aria-hidden />} title="Part of this address could not be read">
      {parts.map(({ key, value, why }) => (
        <div key={key}>
          {label(key)} “<bdi>{value}</bdi>”: {why}.
        </div>
      ))}
      <div>
        <button
          type="button"
          className="pk-text-button"
          onClick={() => {
            forgetBroken(area);
          }}
        >
          Dismiss
        </button>
      </div>
    </Callout>
  );
}
