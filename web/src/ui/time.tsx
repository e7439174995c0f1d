import { useSyncExternalStore } from 'react';
import { serverNow } from '@/api/clock';
import { AppLink } from './AppLink';
import { ago, absolute, iso, span, zoneBrief } from './timeText';
import { useZone } from './zone';

const listeners = new Set<() => void>();
let timer: number | undefined;

/** One clock for the whole page; a text re-renders only when it would read differently. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    for (const one of listeners) one();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/** A text that depends on the time of day. */
export function useClockText(text: (now: number) => string): string {
  return useSyncExternalStore(subscribe, () => text(serverNow()));
}

interface TimeProps {
  /** Where it is one of a few and not in a row of a list: takes the focus, so that a keyboard or a finger learns the exact time, too. */
  alone?: boolean;
}

/** The exact time of what is told relative to now. `Meanings` shows it where it can take the focus. */
const exact = (says: string, alone: boolean): object => (alone ? { tabIndex: 0, 'data-moment': says } : { title: says });

/** How long something has been so, with its beginning on hover. */
export function For({ since, className, alone = false }: TimeProps & { since: string; className?: string | undefined }) {
  useZone();
  const text = useClockText((now) => `for ${span((now - Date.parse(since)) / 1000)}`);
  return (
    <time dateTime={iso(since)} className={className ?? 'pk-num'} {...exact(`Since ${absolute(since)} (${iso(since)})`, alone)}>
      {text}
    </time>
  );
}

/** A time, relative, with the exact time on hover. */
export function Ago({ time, alone = false }: TimeProps & { time: string | null }) {
  useZone();
  const text = useClockText((now) => (time === null ? 'never' : ago(time, now)));
  if (time === null) return <span className="pk-muted">{text}</span>;
  return (
    <time dateTime={iso(time)} className="pk-num" {...exact(`${absolute(time)} (${iso(time)})`, alone)}>
      {text}
    </time>
  );
}

/** Named once at the foot of what shows times; leads to where it is chosen. */
export function ZoneNote() {
  useZone();
  return (
    <span>
      Times are in <AppLink href="/profile#time-zone">{zoneBrief()}</AppLink>
    </span>
  );
}
