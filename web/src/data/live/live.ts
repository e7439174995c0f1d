import { firstPosition, isAfter } from '@/api/position';
import { answered } from '@/api/reach';
import type { LiveChange, LiveDetections, LiveEvents, LiveHistory } from '@/api/types';

/**
 * The live feed. One connection a browser: the tab that holds the lock reads it and tells the other tabs, because a
 * browser opens only about six connections to one server. Without Web Locks (plain http from another machine) each tab
 * reads for itself.
 */

export type LiveMessage =
  | { kind: 'change'; data: LiveChange }
  | { kind: 'history'; data: LiveHistory }
  | { kind: 'events'; data: LiveEvents }
  | { kind: 'detections'; data: LiveDetections }
  | { kind: 'reset'; data: Record<string, never> };

export interface LiveState {
  status: 'connecting' | 'live' | 'offline';
  /** When the feed last said anything, in milliseconds of this browser's clock. */
  lastAt: number | null;
}

/** A message as the server wrote it: a text costs next to nothing to hand over to the other tabs. */
interface Told {
  kind: LiveMessage['kind'];
  text: string;
  /** Its place in the feed; empty where the server gave none. */
  id: string;
}

type Wire =
  | ({ type: 'message' } & Told)
  | { type: 'state'; state: LiveState }
  /** Of a tab that begins to listen, with where it stands. */
  | { type: 'hello'; tab: string; after: string | null }
  /** Of the tab that takes the feed over: where does everybody stand? */
  | { type: 'who' }
  /** To that tab: what was told before it listened. */
  | { type: 'again'; tab: string; told: Told[]; complete: boolean };

const kinds = ['change', 'history', 'events', 'detections', 'reset'] as const;
/** The first message is handed on at once, what follows it in batches: fifty a second cost ten renders and not fifty. */
const batchMs = 100;
/** The server says something every 15 s; after three missed pings the connection is dead, whatever the socket thinks. */
const silenceMs = 50_000;
/** How much a tab that begins to listen can be told again: more than comes while a page loads. */
const mostKept = 200;
const firstRetryMs = 1_000;
const lastRetryMs = 20_000;

export interface LiveOptions {
  /** Tabs in which people of other organizations are signed in hear nothing of this one's. */
  organization: string;
  onMessages: (messages: LiveMessage[]) => void;
  /** The connection was refused: is the session still good? */
  onRefused: () => void;
}

export class LiveFeed {
  private state: LiveState = { status: 'connecting', lastAt: null };
  private readonly listeners = new Set<() => void>();
  private readonly options: LiveOptions;
  private source: EventSource | null = null;
  private channel: BroadcastChannel | null = null;
  private readonly abort = new AbortController();
  private queue: LiveMessage[] = [];
  private flushTimer: number | undefined;
  private flushedAt = -batchMs;
  private retryTimer: number | undefined;
  private silenceTimer: number | undefined;
  private retryMs = firstRetryMs;
  private leading = false;
  private toldAt = 0;
  private readonly tab = `${String(Date.now())}-${String(Math.random())}`;
  /** The last message that this tab heard. */
  private last: string | null = null;
  /** The last that were told, in this tab or another, and the place after which none of them is missing. */
  private readonly kept: Told[] = [];
  private keptAfter: string | null;
  private readonly begun = firstPosition();

  constructor(options: LiveOptions) {
    this.options = options;
    this.keptAfter = this.begun;
  }

  start(): void {
    // A page that goes closes its connection itself: an error would send it to ask what is wrong with the server.
    const { signal } = this.abort;
    window.addEventListener(
      'pagehide',
      () => {
        this.source?.close();
      },
      { signal },
    );
    window.addEventListener(
      'pageshow',
      (event) => {
        if (!event.persisted) return;
        window.clearTimeout(this.retryTimer);
        if (this.leading) this.connect();
        // What the other tabs told meanwhile was not heard.
        else this.enqueue({ kind: 'reset', data: {} });
      },
      { signal },
    );
    if ('locks' in navigator && 'BroadcastChannel' in window) {
      const name = `picket-live ${this.options.organization}`;
      this.channel = new BroadcastChannel(name);
      this.channel.onmessage = (event: MessageEvent<Wire>) => {
        this.hear(event.data);
      };
      this.hello();
      navigator.locks
        .request(name, { signal: this.abort.signal }, () => {
          this.lead();
          return new Promise<void>((resolve) => {
            this.abort.signal.addEventListener('abort', () => {
              resolve();
            });
          });
        })
        .catch(() => {
          // Aborted while waiting: this tab is closing its feed.
        });
    } else {
      this.lead();
    }
  }

  stop(): void {
    this.abort.abort();
    this.leading = false;
    this.source?.close();
    this.source = null;
    this.channel?.close();
    this.channel = null;
    window.clearTimeout(this.flushTimer);
    window.clearTimeout(this.retryTimer);
    window.clearTimeout(this.silenceTimer);
  }

  /** The server answers again: no need to wait for the next try. */
  wake(): void {
    if (!this.leading || this.state.status !== 'offline') return;
    window.clearTimeout(this.retryTimer);
    this.retryMs = firstRetryMs;
    this.connect();
  }

  /** Tells when the status changes; when something was last heard can be asked for at any time. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): LiveState => this.state;

  /** After this place nothing was heard yet. */
  private place(): string | null {
    return this.last ?? this.begun ?? firstPosition();
  }

  private hello(): void {
    this.channel?.postMessage({ type: 'hello', tab: this.tab, after: this.place() } satisfies Wire);
  }

  private hear(wire: Wire): void {
    if (wire.type === 'hello') {
      if (!this.leading) return;
      this.channel?.postMessage({ type: 'state', state: this.state } satisfies Wire);
      const complete = wire.after !== null && !isAfter(this.keptAfter ?? '', wire.after);
      const told = complete ? this.kept.filter((one) => isAfter(one.id, wire.after)) : [];
      if (told.length > 0 || !complete) this.channel?.postMessage({ type: 'again', tab: wire.tab, told, complete } satisfies Wire);
    } else if (wire.type === 'who') {
      this.hello();
    } else if (wire.type === 'state') {
      if (!this.leading) this.setState(wire.state);
    } else if (wire.type === 'message') {
      this.read(wire);
    } else if (wire.tab === this.tab) {
      if (wire.complete) for (const one of wire.told) this.read(one);
      else this.enqueue({ kind: 'reset', data: {} });
    }
  }

  private lead(): void {
    if (this.abort.signal.aborted) return;
    this.leading = true;
    // Whoever said hello while nobody led was not heard.
    this.channel?.postMessage({ type: 'who' } satisfies Wire);
    this.connect();
  }

  private connect(): void {
    this.source?.close();
    // Only the browser's own reconnect sends Last-Event-ID. Whatever this tab missed, of its own feed or of the tab that held it before, the
    // server tells from here on, or says `reset`.
    const after = this.place();
    const source = new EventSource(`/api/v2/live${after === null ? '' : `?after=${encodeURIComponent(after)}`}`, { withCredentials: true });
    this.source = source;
    // Heard before, and nobody knows up to where.
    let lost = after === null && this.state.lastAt !== null;
    source.onopen = () => {
      this.retryMs = firstRetryMs;
      if (lost) this.emit({ kind: 'reset', text: '{}', id: '' });
      lost = false;
      this.heard();
    };
    source.onerror = () => {
      this.update({ status: 'offline', lastAt: this.state.lastAt });
      if (source.readyState === EventSource.CLOSED) {
        this.options.onRefused();
        this.retryLater();
      }
      // Else the browser reconnects by itself and sends Last-Event-ID; the server fills the gap or says `reset`.
    };
    source.addEventListener('ping', (event: MessageEvent<string>) => {
      this.heard();
      if (event.lastEventId !== '') this.last = event.lastEventId;
    });
    for (const kind of kinds) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        this.heard();
        this.emit({ kind, text: event.data, id: event.lastEventId });
      });
    }
    this.watchSilence();
  }

  private retryLater(): void {
    window.clearTimeout(this.retryTimer);
    this.retryTimer = window.setTimeout(() => {
      this.connect();
    }, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, lastRetryMs);
  }

  private watchSilence(): void {
    window.clearTimeout(this.silenceTimer);
    this.silenceTimer = window.setTimeout(() => {
      if (!this.leading) return;
      this.update({ status: 'offline', lastAt: this.state.lastAt });
      this.connect();
    }, silenceMs);
  }

  private heard(): void {
    answered();
    this.watchSilence();
    this.update({ status: 'live', lastAt: Date.now() });
  }

  private update(state: LiveState): void {
    // The other tabs need not be told of every message, only once a second that something was heard.
    const now = performance.now();
    const tells = state.status !== this.state.status || now - this.toldAt >= 1000;
    this.setState(state);
    if (!tells) return;
    this.toldAt = now;
    this.channel?.postMessage({ type: 'state', state } satisfies Wire);
  }

  private setState(state: LiveState): void {
    const changes = state.status !== this.state.status;
    this.state = state;
    if (changes) for (const listener of this.listeners) listener();
  }

  private emit(told: Told): void {
    this.read(told);
    this.channel?.postMessage({ type: 'message', ...told } satisfies Wire);
  }

  private read(told: Told): void {
    const { kind, text, id } = told;
    if (id !== '') this.last = id;
    if (kind === 'reset') {
      this.kept.length = 0;
      this.keptAfter = this.last;
    } else if (this.channel !== null) {
      this.kept.push(told);
      if (this.kept.length >= 2 * mostKept) this.keptAfter = this.kept.splice(0, mostKept).at(-1)?.id ?? null;
    }
    try {
      this.enqueue({ kind, data: JSON.parse(text || '{}') as never });
    } catch {
      // One unreadable message must not end the feed; a full look at the server sets things right.
      this.enqueue({ kind: 'reset', data: {} });
    }
  }

  private enqueue(message: LiveMessage): void {
    this.queue.push(message);
    const wait = Math.max(0, this.flushedAt + batchMs - performance.now());
    this.flushTimer ??= window.setTimeout(() => {
      this.flushTimer = undefined;
      this.flushedAt = performance.now();
      const batch = this.queue;
      this.queue = [];
      this.options.onMessages(batch);
    }, wait);
  }
}
