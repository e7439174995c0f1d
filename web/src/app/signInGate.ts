import { onUnauthorized } from '@/api/client';

/**
 * One question at a time: however many requests find the session ended, the person signs in once and all of them go on.
 */
let waiting: { promise: Promise<boolean>; settle: (signedIn: boolean) => void } | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

export function requireSignIn(): Promise<boolean> {
  if (waiting === null) {
    let settle: (signedIn: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    waiting = { promise, settle };
    tell();
  }
  return waiting.promise;
}

export function settleSignIn(signedIn: boolean): void {
  waiting?.settle(signedIn);
  waiting = null;
  tell();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Without a dialog on the screen nobody could answer.
  onUnauthorized(requireSignIn);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) onUnauthorized(null);
  };
}

export const isAsked = (): boolean => waiting !== null;
