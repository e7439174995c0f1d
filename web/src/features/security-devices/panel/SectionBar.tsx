import { useEffect, useRef, useState } from 'react';
import { holding, keepAt, letGo } from './jump';
import classes from './sections.module.css';

const sections = [
  ['health-title', 'Health'],
  ['information-title', 'Information'],
  ['history-title', 'History'],
] as const;

/** Jumps to the panel's sections and says which one is being read. */
export function SectionBar() {
  const bar = useRef<HTMLElement>(null);
  const [current, setCurrent] = useState<string>(sections[0][0]);
  useEffect(() => {
    const scroller = bar.current?.parentElement;
    if (!scroller) return;
    const look = (): void => {
      const asked = holding();
      if (asked !== undefined) {
        // Where its section is too short to reach the top, what was asked for is still what is read.
        if (sections.some(([id]) => id === asked)) setCurrent(asked);
        return;
      }
      const edge = scroller.getBoundingClientRect().top + 90;
      const passed = sections.filter(([id]) => (document.getElementById(id)?.getBoundingClientRect().top ?? Infinity) <= edge);
      const atEnd = scroller.scrollTop > 0 && scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2;
      setCurrent((atEnd ? sections.at(-1) : (passed.at(-1) ?? sections[0]))?.[0] ?? '');
    };
    scroller.addEventListener('scroll', look, { passive: true });
    return () => {
      scroller.removeEventListener('scroll', look);
      letGo();
    };
  }, []);
  const jump = (id: string): void => {
    const scroller = bar.current?.parentElement;
    if (!scroller) return;
    setCurrent(id);
    keepAt(scroller, id);
  };
  return (
    <nav ref={bar} className={classes.sectionBar} aria-label="Sections of this device">
      {sections.map(([id, title]) => (
        <button
          key={id}
          type="button"
          aria-current={current === id ? 'true' : undefined}
          onClick={() => {
            jump(id);
          }}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}
