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

/** A message goes to the other tabs as the server wrote it: a text costs next to nothing to hand over. */
type Wire = { type: 'message'; kind: LiveMessage['kind']; text: string } | { type: 'state'; state: LiveState } | { type: 'hello' };

const kinds = ['change', 'history', 'events', 'detections', 'reset'] as const;
/** The first message is handed on at once, what follows it in batches: fifty a second cost ten renders and not fifty. */
const batchMs = 100;
/** The server says something every 15 s; after three missed pings the connection is dead, whatever the socket thinks. */
const silenceMs = 50_000;
const firstRetryMs = 1_000;
const lastRetryMs = 20_000;

export interface LiveOptions {
  onMessages: (messages: LiveMessage[]) => void;
  /** The connection was refused: is the session still good? */
  onRefused: () => void;
  url?: string;
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
  private everOpened = false;
  private fresh = false;

  constructor(options: LiveOptions) {
    this.options = options;
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
      this.channel = new BroadcastChannel('picket-live');
      this.channel.onmessage = (event: MessageEvent<Wire>) => {
        this.hear(event.data);
      };
      this.channel.postMessage({ type: 'hello' } satisfies Wire);
      navigator.locks
        .request('picket-live', { signal: this.abort.signal }, () => {
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

  private hear(wire: Wire): void {
    if (wire.type === 'hello') {
      if (this.leading) this.channel?.postMessage({ type: 'state', state: this.state } satisfies Wire);
    } else if (wire.type === 'state') {
      if (!this.leading) this.setState(wire.state);
    } else {
      this.read(wire.kind, wire.text);
    }
  }

  private lead(): void {
    if (this.abort.signal.aborted) return;
    this.leading = true;
    // Between the old leader's end and this moment something may have been missed by all of us.
    if (this.state.lastAt !== null) this.emit('reset', '{}');
    this.connect();
  }

  private connect(): void {
    this.source?.close();
    this.fresh = this.everOpened;
    const source = new EventSource(this.options.url ?? '/api/v2/live', { withCredentials: true });
    this.source = source;
    source.onopen = () => {
      this.retryMs = firstRetryMs;
      // A new EventSource carries no Last-Event-ID (only the browser's own reconnect does), so ask for everything again.
      if (this.fresh) this.emit('reset', '{}');
      this.everOpened = true;
      this.fresh = false;
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
    source.addEventListener('ping', () => {
      this.heard();
    });
    for (const kind of kinds) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        this.heard();
        this.emit(kind, event.data);
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

  private emit(kind: LiveMessage['kind'], text: string): void {
    this.read(kind, text);
    this.channel?.postMessage({ type: 'message', kind, text } satisfies Wire);
  }

  private read(kind: LiveMessage['kind'], text: string): void {
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
