import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

export interface Selection {
  /** What is selected and shown, in the order of the rows: nothing unseen is ever acted upon. */
  ids: string[];
  chosen: ReadonlySet<string>;
  /** With `range` all rows from the last one chosen to this. */
  toggle: (id: string, range: boolean) => void;
  /** All shown, or none when all are selected already. */
  toggleAll: () => void;
  clear: () => void;
}

const none: ReadonlySet<string> = new Set();

/** Which rows are selected. `shown` are the ids in the order of the screen. */
export function useSelection(shown: string[]): Selection {
  const [chosen, setChosen] = useState(none);
  const anchor = useRef<string | null>(null);
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  });
  const ids = useMemo(() => (chosen.size === 0 ? [] : shown.filter((id) => chosen.has(id))), [shown, chosen]);
  const toggle = useCallback((id: string, range: boolean) => {
    const rows = latest.current;
    const begin = anchor.current;
    const from = range && begin !== null ? rows.indexOf(begin) : -1;
    const to = rows.indexOf(id);
    setChosen((before) => {
      const next = new Set(before);
      if (begin !== null && from >= 0 && to >= 0) {
        // The range takes the state of its beginning, as in every mail program.
        const on = before.has(begin);
        for (const one of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) {
          if (on) next.add(one);
          else next.delete(one);
        }
      } else if (!next.delete(id)) {
        next.add(id);
      }
      return next;
    });
    if (from < 0) anchor.current = id;
  }, []);
  const toggleAll = useCallback(() => {
    const rows = latest.current;
    setChosen((before) => (rows.every((id) => before.has(id)) ? none : new Set(rows)));
    anchor.current = null;
  }, []);
  const clear = useCallback(() => {
    setChosen(none);
    anchor.current = null;
  }, []);
  return { ids, chosen, toggle, toggleAll, clear };
}
