import { useEffect, useLayoutEffect, useId, useState } from 'react';
import { glossary, type GlossaryKey } from '@/glossary';
import classes from './ui.module.css';

interface Shown {
  over: Element;
  says: string;
  left: number;
  top: number;
  above: boolean;
}

const delayMs = 250;
const width = 300;
/** The longest meaning with some air. */
const room = 170;

const marked = '[data-meaning], [data-moment]';
const isTerm = (key: string | null): key is GlossaryKey => key !== null && Object.hasOwn(glossary, key);

function place(over: Element): Shown | null {
  const key = over.getAttribute('data-meaning');
  const says = isTerm(key) ? glossary[key].meaning : over.getAttribute('data-moment');
  if (says === null) return null;
  const box = over.getBoundingClientRect();
  const above = box.top > room;
  const left = Math.max(8, Math.min(box.left + box.width / 2 - width / 2, window.innerWidth - width - 8));
  return { over, says, left, top: above ? box.top - 6 : box.bottom + 6, above };
}

/**
 * What a marked word means, or which moment a relative time is, while the mouse is over it, the keyboard on it or a finger has touched it: one tooltip for the whole page. A panel has thirty such
 * words; a tooltip for each was a quarter of the time that the panel took to open.
 */
export function Meanings() {
  const [shown, setShown] = useState<Shown | null>(null);
  const id = useId();
  useEffect(() => {
    let timer: number | undefined;
    let over: Element | null = null;
    const hide = (): void => {
      window.clearTimeout(timer);
      over = null;
      setShown(null);
    };
    const show = (target: EventTarget | null, wait: number): void => {
      const word = target instanceof Element ? target.closest(marked) : null;
      if (word === over) return;
      hide();
      if (word === null) return;
      over = word;
      timer = window.setTimeout(() => {
        if (word.isConnected) setShown(place(word));
      }, wait);
    };
    const onOver = (event: Event): void => {
      show(event.target, delayMs);
    };
    const onFocus = ({ target }: Event): void => {
      if (target instanceof Element && target.matches(':focus-visible')) show(target, 0);
    };
    const onPointer = (event: PointerEvent): void => {
      // A finger does not hover.
      if (event.pointerType === 'touch') show(event.target, 0);
      else hide();
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };
    document.addEventListener('mouseover', onOver);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', onPointer);
    document.addEventListener('keydown', onKey);
    document.addEventListener('scroll', hide, { capture: true, passive: true });
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener('mouseover', onOver);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', onPointer);
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('scroll', hide, { capture: true });
    };
  }, []);
  useLayoutEffect(() => {
    if (shown === null) return;
    const { over } = shown;
    const before = over.getAttribute('aria-describedby');
    over.setAttribute('aria-describedby', before === null ? id : `${before} ${id}`);
    // A word that goes away takes its meaning along.
    const watch = window.setInterval(() => {
      if (!over.isConnected) setShown(null);
    }, 500);
    return () => {
      window.clearInterval(watch);
      if (before === null) over.removeAttribute('aria-describedby');
      else over.setAttribute('aria-describedby', before);
    };
  }, [shown, id]);
  if (shown === null) return null;
  return (
    // It stands outside of every landmark; what is live is looked for there.
    <div role="tooltip" aria-live="polite" id={id} className={classes.meaning} data-above={shown.above} style={{ left: shown.left, top: shown.top, width }}>
      {shown.says}
    </div>
  );
}
