import { useCallback, useDeferredValue, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { opensBeside } from './besideList';
import { useKey } from './useKey';

/** Whose panel was drawn before on this page. The first one has its code still to compile; a frame spent before that would be felt. */
const drawn = new Set<string>();

interface Walked {
  /** What is listed, as `useListStands` says. */
  what: string;
  /** The one that the address names. */
  id: string;
  /** Which stands before (-1) or after (1) another in the list as it is shown. */
  neighbour: (id: string, by: -1 | 1) => string | undefined;
  onGo: (id: string) => void;
  onClose: () => void;
  /** What `[` and `]` do, as `?` tells. */
  says: string;
}

/** So long a panel may stay behind what the address names, in ms: whoever holds a key down sees where they are. */
const patience = 200;

interface Beside {
  /** What the panel shows; null for the frame before there is one. */
  shown: string | null;
  /** Whether there is one before and after what the address names. */
  before: boolean;
  after: boolean;
  /** Goes to it. Steps count from what the address names: none is lost while the panel has yet to follow. */
  step: (by: -1 | 1) => void;
}

/**
 * The panel beside a list. Whoever opens it, or goes on to the next, sees the row answer first; the panel is what is drawn next, and gives way to keys and clicks
 * until then.
 */
export function useBeside(walked: Walked): Beside {
  const { what, id, neighbour, says } = walked;
  // Where there is no room for two, the list gives way at once.
  const [follows] = useState(() => opensBeside(what) && drawn.has(what) && !window.matchMedia('(max-width: 1020px)').matches);
  const deferred = useDeferredValue(id, follows ? null : id);
  const [atOnce, setAtOnce] = useState<string | null>(null);
  const shown = atOnce === id ? id : deferred;
  const isDrawn = shown !== null;
  useEffect(() => {
    if (isDrawn) drawn.add(what);
  }, [what, isDrawn]);
  const behind = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (shown === id) behind.current = null;
    else behind.current ??= performance.now();
  }, [shown, id]);

  const latest = useRef(walked);
  useLayoutEffect(() => {
    latest.current = walked;
  });
  const step = useCallback((by: -1 | 1) => {
    const now = latest.current;
    const to = now.neighbour(now.id, by);
    if (to === undefined) return;
    setAtOnce(behind.current !== null && performance.now() - behind.current > patience ? to : null);
    now.onGo(to);
  }, []);
  useKey('[', () => {
    step(-1);
  }, says);
  useKey(']', () => {
    step(1);
  }, says);
  useKey('Escape', () => {
    // Esc belongs to the topmost thing: an open dialog or menu closes first.
    if (document.querySelector('[role="dialog"], [role="menu"]') === null) walked.onClose();
  }, 'Close the panel');
  return { shown, before: neighbour(id, -1) !== undefined, after: neighbour(id, 1) !== undefined, step };
}

/** Which stands before or after `id` in a list of them; undefined beyond its ends, and for one that is not in it. */
export function neighbourIn(ids: readonly string[], id: string, by: -1 | 1): string | undefined {
  const position = ids.indexOf(id);
  return position < 0 ? undefined : ids[position + by];
}
