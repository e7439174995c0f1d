import { useSyncExternalStore } from 'react';
import { IconAlertOctagon, IconCheck, IconX } from '@/ui/icons';
import classes from './announce.module.css';

export interface Notice {
  id: number;
  tone: 'ok' | 'bad';
  text: string;
}

let notices: Notice[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

/** A name in a sentence: quoted, as it may read like one; isolated, so that its direction does not turn the words beside it around. */
export const quoted = (name: string): string => `\u201c\u2068${name}\u2069\u201d`;

/** Says the result of an action at the edge of the screen, and to a screen reader. */
export function announce(text: string, tone: Notice['tone'] = 'ok'): void {
  const id = nextId++;
  // One good message at a time; bad ones wait to be read.
  set([...notices.filter((notice) => notice.tone === 'bad' && notice.text !== text).slice(-1), { id, tone, text }]);
  // Bad news stays until it is read.
  if (tone === 'ok')
    window.setTimeout(() => {
      dismiss(id);
    }, 4500);
}

function dismiss(id: number): void {
  set(notices.filter((notice) => notice.id !== id));
}

export function clearNotices(): void {
  set([]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Notices() {
  const list = useSyncExternalStore(subscribe, () => notices);
  return (
    <div className={classes['stack']} role="status" aria-live="polite">
      {list.map((notice) => (
        <div key={notice.id} className={classes['notice']} data-tone={notice.tone}>
          {notice.tone === 'ok' ? <IconCheck size={18} aria-hidden /> : <IconAlertOctagon size={18} aria-hidden />}
          <span>{notice.text}</span>
          <button
            type="button"
            aria-label="Dismiss message"
            className={classes['dismiss']}
            onClick={() => {
              dismiss(notice.id);
            }}
          >
            <IconX size={14} aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}
