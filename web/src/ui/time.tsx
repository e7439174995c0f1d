import { useSyncExternalStore } from 'react';
import { serverNow } from '@/api/clock';
import { AppLink } from './AppLink';
import { ago, absolute, iso, span, zoneName } from './timeText';
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

/** How long something has been so, with its beginning on hover. */
export function For({ since, className }: { since: string; className?: string | undefined }) {
  useZone();
  const text = useClockText((now) => `for ${span((now - Date.parse(since)) / 1000)}`);
  return (
    <time dateTime={iso(since)} title={`Since ${absolute(since)} (${iso(since)})`} className={className ?? 'pk-num'}>
      {text}
    </time>
  );
}

/** A time, relative, with the exact time on hover. */
export function Ago({ time, never = 'never' }: { time: string | null; never?: string }) {
  useZone();
  const text = useClockText((now) => (time === null ? never : ago(time, now)));
  if (time === null) return <span className="pk-muted">{never}</span>;
  return (
    <time dateTime={iso(time)} title={`${absolute(time)} (${iso(time)})`} className="pk-num">
      {text}
    </time>
  );
}

/** Named once at the foot of what shows times; leads to where it is chosen. */
export function ZoneNote({ className }: { className?: string | undefined }) {
  useZone();
  return (
    <span className={className}>
      Times are in <AppLink href="/profile#time-zone">{zoneName()}</AppLink>
    </span>
  );
}
