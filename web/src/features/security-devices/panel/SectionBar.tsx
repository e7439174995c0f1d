import { useEffect, useRef, useState } from 'react';
import classes from './panel.module.css';

const sections = [
  ['health-title', 'Health'],
  ['information-title', 'Information'],
  ['history-title', 'History'],
] as const;

/** Of the bar, which stays above the section. */
const barHeight = 40;

/** Keeps a section at the top while what is above and below it still comes, until somebody scrolls or acts. The answer ends it. */
function hold(scroller: Element, id: string, ended: () => void): () => void {
  // Not scrollIntoView(): where the panel is too short for it, that would scroll the page.
  const place = (): void => {
    const section = document.getElementById(id)?.closest('section');
    if (section) scroller.scrollBy({ top: section.getBoundingClientRect().top - scroller.getBoundingClientRect().top - barHeight });
  };
  const sizes = new ResizeObserver(place);
  const watch = (): void => {
    sizes.disconnect();
    for (const child of scroller.children) sizes.observe(child);
  };
  const coming = new MutationObserver(watch);
  const acts = new AbortController();
  const end = (): void => {
    sizes.disconnect();
    coming.disconnect();
    acts.abort();
    ended();
  };
  place();
  watch();
  coming.observe(scroller, { childList: true });
  for (const act of ['wheel', 'touchmove', 'pointerdown', 'keydown'])
    scroller.addEventListener(act, end, { passive: true, signal: acts.signal });
  return end;
}

/** Jumps to the panel's sections and says which one is being read. */
export function SectionBar() {
  const bar = useRef<HTMLElement>(null);
  const release = useRef<(() => void) | null>(null);
  const [current, setCurrent] = useState<string>(sections[0][0]);
  useEffect(() => {
    const scroller = bar.current?.parentElement;
    if (!scroller) return;
    const look = (): void => {
      if (release.current !== null) return;
      const edge = scroller.getBoundingClientRect().top + 90;
      const passed = sections.filter(([id]) => (document.getElementById(id)?.getBoundingClientRect().top ?? Infinity) <= edge);
      const atEnd = scroller.scrollTop > 0 && scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2;
      setCurrent((atEnd ? sections.at(-1) : (passed.at(-1) ?? sections[0]))?.[0] ?? '');
    };
    scroller.addEventListener('scroll', look, { passive: true });
    return () => {
      scroller.removeEventListener('scroll', look);
      release.current?.();
    };
  }, []);
  const jump = (id: string): void => {
    const scroller = bar.current?.parentElement;
    if (!scroller) return;
    release.current?.();
    setCurrent(id);
    release.current = hold(scroller, id, () => {
      release.current = null;
    });
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
