import { useCallback, useDeferredValue, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { hasActed } from './acted';
import { useKey } from './useKey';

/** Areas whose panel was drawn before in this page. Of the first one the code is yet to be compiled: one frame more before it would be felt. */
const drawn = new Set<string>();

interface Walked {
  /** What stands beside the list, in a word of the area: "device". */
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

/**
 * The panel beside a list. Whoever opens it, or goes on to the next, sees the row answer first; the panel is what is drawn next, and gives way to keys and clicks
 * until then. `shown` is what it shows, null for the frame before there is one. `step` counts from what the address names, so that no key is lost meanwhile.
 */
export function useBeside(walked: Walked): { shown: string | null; step: (by: -1 | 1) => void } {
  const { what, id, says } = walked;
  // A page that begins with its panel has it from its first frame; where there is no room for two, the list gives way at once.
  const [follows] = useState(() => hasActed() && drawn.has(what) && !window.matchMedia('(max-width: 1020px)').matches);
  const shown = useDeferredValue(id, follows ? null : id);
  const isDrawn = shown !== null;
  useEffect(() => {
    if (isDrawn) drawn.add(what);
  }, [what, isDrawn]);

  const latest = useRef(walked);
  useLayoutEffect(() => {
    latest.current = walked;
  });
  const step = useCallback((by: -1 | 1) => {
    const now = latest.current;
    const to = now.neighbour(now.id, by);
    if (to !== undefined) now.onGo(to);
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
  return { shown, step };
}

/** Which stands before or after `id` in a list of them; undefined beyond its ends, and for one that is not in it. */
export function neighbourIn(ids: readonly string[], id: string, by: -1 | 1): string | undefined {
  const position = ids.indexOf(id);
  return position < 0 ? undefined : ids[position + by];
}
