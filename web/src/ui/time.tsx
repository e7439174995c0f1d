import { useSyncExternalStore } from 'react';
import { serverNow } from '@/api/clock';
import { ago, absolute, iso } from './timeText';

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

/** A time, relative, with the exact time on hover. */
export function Ago({ time, never = 'never' }: { time: string | null; never?: string }) {
  const text = useClockText((now) => (time === null ? never : ago(time, now)));
  if (time === null) return <span className="pk-muted">{never}</span>;
  return (
    <time dateTime={iso(time)} title={`${absolute(time)} (${iso(time)})`} className="pk-num">
      {text}
    </time>
  );
}
