import { type RefObject, useEffect, useId, useLayoutEffect, useState } from 'react';
import type { Devices } from '@/data/devices/known';
import { StatusBadge } from '@/ui/StatusBadge';
import { absolute } from '@/ui/timeText';
import { told } from '@/ui/moments';
import { levelOf, sinceOf } from '../order';
import classes from './reason.module.css';

interface Shown {
  id: string;
  /** What can have the focus in its row: the link of the name. */
  link: Element | null;
  top: number;
  left: number;
  above: boolean;
}

const delayMs = 220;

/** Why a status is what it is, while the mouse is over it or the keyboard in its row: one card for the whole table. */
export function ReasonCard({ scroller, devices }: { scroller: RefObject<HTMLElement | null>; devices: Devices }) {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let timer: number | undefined;
    const hide = (): void => {
      window.clearTimeout(timer);
      setShown(null);
    };
    const show = (target: EventTarget | null, wait: number): void => {
      const cell = target instanceof Element ? target.closest<HTMLElement>('[data-reason]') : null;
      window.clearTimeout(timer);
      if (cell === null) {
        setShown(null);
        return;
      }
      timer = window.setTimeout(() => {
        const place = cell.getBoundingClientRect();
        const above = place.bottom > window.innerHeight - 200;
        const link = cell.closest('tr')?.querySelector('th a') ?? null;
        setShown({ id: cell.dataset['reason'] ?? '', link, top: above ? place.top - 2 : place.bottom + 2, left: place.left, above });
      }, wait);
    };
    const onOver = (event: Event): void => {
      show(event.target, delayMs);
    };
    const onFocus = (event: Event): void => {
      // The name's link has the focus of its row; a mouse that clicks does not ask why.
      const { target } = event;
      if (!(target instanceof HTMLElement) || !target.matches('a:focus-visible')) return;
      show(target.closest('tr')?.querySelector('[data-reason]') ?? null, 600);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };
    element.addEventListener('mouseover', onOver);
    element.addEventListener('mouseleave', hide);
    element.addEventListener('focusin', onFocus);
    element.addEventListener('focusout', hide);
    element.addEventListener('scroll', hide, { passive: true });
    element.addEventListener('mousedown', hide);
    document.addEventListener('keydown', onKey);
    return () => {
      window.clearTimeout(timer);
      element.removeEventListener('mouseover', onOver);
      element.removeEventListener('mouseleave', hide);
      element.removeEventListener('focusin', onFocus);
      element.removeEventListener('focusout', hide);
      element.removeEventListener('scroll', hide);
      element.removeEventListener('mousedown', hide);
      document.removeEventListener('keydown', onKey);
    };
  }, [scroller]);
  const card = useId();
  useLayoutEffect(() => {
    const link = shown?.link;
    link?.setAttribute('aria-describedby', card);
    return () => {
      link?.removeAttribute('aria-describedby');
    };
  }, [shown, card]);
  const device = shown === null ? undefined : devices.get(shown.id);
  if (shown === null || device === undefined) return null;
  const details = device.attributes.status_details;
  const since = sinceOf(device);
  const level = levelOf(device);
  const streams = level === 'ok' || level === 'paused' ? [] : (details?.streams.filter((one) => one.level !== 'ok') ?? []);
  // The sentence of the device often is that of its only failing stream.
  const telling = streams.filter((one) => one.sentence !== details?.sentence);
  return (
    <div role="tooltip" id={card} className={classes.reason} data-above={shown.above} style={{ top: shown.top, left: shown.left }}>
      <StatusBadge level={level} />
      <p>{details ? told(details.sentence) : 'There is no verdict yet.'}</p>
      {telling.length > 0 && (
        <dl>
          {telling.map((stream) => (
            <div key={stream.stream}>
              <dt>{stream.title}</dt>
              <dd>{told(stream.sentence)}</dd>
            </div>
          ))}
        </dl>
      )}
      {since !== null && <p className="pk-muted">Since {absolute(since)}</p>}
    </div>
  );
}
