import { useEffect, useRef } from 'react';
import classes from './detections.module.css';

const around = 60;

/** The line where something is wrong, with a caret below the place. A long line is cut to what stands around it, and scrolled to the caret where there is less room. */
export function Place({ line, column, source, severity = 'error' }: { line: number | null; column: number | null; source: string | null; severity?: 'error' | 'warning' }) {
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const caret = box.current?.querySelector<HTMLElement>('[data-severity]');
    if (box.current && caret) box.current.scrollLeft = Math.max(0, caret.offsetLeft - box.current.clientWidth / 2);
  }, [line, column, source]);
  if (source === null || line === null) return null;
  const at = Math.max(0, (column ?? 1) - 1);
  const from = Math.max(0, at - around);
  const cut = `${from > 0 ? '…' : ''}${source.slice(from, at + around)}${at + around < source.length ? '…' : ''}`;
  // Tabs keep their width so that the caret stands below the right character.
  const pad = cut.slice(0, at - from + (from > 0 ? 1 : 0)).replace(/[^\t]/g, ' ');
  return (
    // A keyboard must reach what can be scrolled, and a narrow screen makes it scroll.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre ref={box} className={classes['place']} dir="ltr" tabIndex={0} role="group" aria-label={`Line ${String(line)}: ${source.slice(0, 400)}`}>
      <span className={classes['placeNumber']}>{line} </span>
      {cut}
      {column !== null && (
        <span aria-hidden>
          {'\n'}
          <span className={classes['placeNumber']}>{' '.repeat(String(line).length + 1)}</span>
          {pad}
          <span className={classes['caret']} data-severity={severity}>^</span>
        </span>
      )}
    </pre>
  );
}
