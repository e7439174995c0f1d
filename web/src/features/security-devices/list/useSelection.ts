import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

export interface Selection {
  /** What is selected and shown, in the order of the rows: nothing unseen or deleted is ever acted upon. */
  ids: string[];
  /** Everything shown that can be selected is. */
  whole: boolean;
  chosen: ReadonlySet<string>;
  /** With `range` all rows from the last one chosen to this. */
  toggle: (id: string, range: boolean) => void;
  /** All shown, or none when all are selected already. */
  toggleAll: () => void;
  clear: () => void;
}

const none: ReadonlySet<string> = new Set();
const nothing: { ids: string[]; whole: boolean } = { ids: [], whole: false };

/** Which rows are selected. `shown` are the ids in the order of the screen; those that are `gone` stand there struck out and cannot be selected. */
export function useSelection(shown: string[], gone: (id: string) => boolean): Selection {
  const [chosen, setChosen] = useState(none);
  const anchor = useRef<string | null>(null);
  const latest = useRef({ shown, gone });
  useEffect(() => {
    latest.current = { shown, gone };
  });
  const { ids, whole } = useMemo(() => {
    if (chosen.size === 0) return nothing;
    const living = shown.filter((id) => !gone(id));
    const ids = living.filter((id) => chosen.has(id));
    return { ids, whole: ids.length > 0 && ids.length === living.length };
  }, [shown, chosen, gone]);
  const toggle = useCallback((id: string, range: boolean) => {
    const { shown: rows, gone: isGone } = latest.current;
    if (isGone(id)) return;
    const begin = anchor.current;
    const from = range && begin !== null ? rows.indexOf(begin) : -1;
    const to = rows.indexOf(id);
    setChosen((before) => {
      const next = new Set(before);
      if (begin !== null && from >= 0 && to >= 0) {
        // The range takes the state of its beginning, as in every mail program.
        const on = before.has(begin);
        for (const one of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) {
          if (on && !isGone(one)) next.add(one);
          else if (!on) next.delete(one);
        }
      } else if (!next.delete(id)) {
        next.add(id);
      }
      return next;
    });
    if (from < 0) anchor.current = id;
  }, []);
  const toggleAll = useCallback(() => {
    const rows = latest.current.shown.filter((id) => !latest.current.gone(id));
    setChosen((before) => (rows.every((id) => before.has(id)) ? none : new Set(rows)));
    anchor.current = null;
  }, []);
  const clear = useCallback(() => {
    setChosen(none);
    anchor.current = null;
  }, []);
  return { ids, whole, chosen, toggle, toggleAll, clear };
}
