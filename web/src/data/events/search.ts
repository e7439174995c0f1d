import { serverEvents } from '@/api/stream';
import { ApiError } from '@/api/client';
import type { Event, SearchDone, SearchProgress } from '@/api/types';
import { parametersOf, pathOf } from './query';
import { rowOf, type EventRow, type EventWindow } from './types';

export interface SearchState {
  /** `enough`: as many as were wanted are found, and there may be more; `ended`: everything was looked through. */
  status: 'searching' | 'enough' | 'ended' | 'cancelled' | 'failed';
  events: EventRow[];
  /** Of all events in the window, how many were looked at, over every leg of the search. */
  scanned: number;
  of: number;
  /** How far back the search has come. */
  reached: string | null;
  error: Error | null;
  /** When the present leg began, in milliseconds of this browser's clock. */
  since: number;
}

/** Rows asked for at a time: the search stops there, until somebody scrolls on. */
const legRows = 300;
/** Rows come faster than a screen can show them. */
const tellEveryMs = 120;

/**
 * A search through the records for a text. It streams, tells how far it is, and ends when it is told to. Each leg goes on where the
 * one before ended; an event on the border of two legs is met twice and shown once.
 * Threads: none. Failure: a broken leg keeps what was found, and `resume` goes on from there.
 */
export class TextSearch {
  private state: SearchState;
  private readonly listeners = new Set<() => void>();
  private readonly seen = new Set<string>();
  private found: EventRow[] = [];
  private abort: AbortController | null = null;
  private timer: number | undefined;
  /** What the legs before looked at. */
  private before = 0;

  constructor(private readonly asked: EventWindow) {
    this.state = { status: 'searching', events: [], scanned: 0, of: 0, reached: null, error: null, since: Date.now() };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): SearchState => this.state;

  start(): void {
    if (this.abort === null) void this.leg();
  }

  /** Ends it, and keeps what was found. */
  cancel(): void {
    if (this.abort === null) return;
    this.stop();
    this.tell({ status: 'cancelled' });
  }

  /** Looks further back: after enough, after a cancel, after a failure. */
  resume(): void {
    if (this.abort === null && this.state.status !== 'ended') void this.leg();
  }

  /** Nobody looks any more. */
  stop(): void {
    this.abort?.abort();
    this.abort = null;
    window.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private path(): string {
    const { reached } = this.state;
    // The millisecond where the last leg ended is looked through again: it may hold more than one event.
    const to = reached === null ? this.asked.to : Date.parse(reached) + 1;
    return pathOf('/api/v2/events/search', [
      ...parametersOf({ ...this.asked, to }),
      ['sort', '-time'],
      ['page[limit]', String(legRows)],
      ['flag[total]', 'false'],
      ['flag[raw]', 'false'],
    ]);
  }

  private async leg(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    const path = this.path();
    this.before = this.state.scanned;
    const known = this.seen.size;
    this.tell({ status: 'searching', error: null, since: Date.now() });
    let done: SearchDone | null = null;
    try {
      for await (const message of serverEvents(path, abort.signal)) {
        if (this.abort !== abort) return;
        if (message.event === 'row') this.take(JSON.parse(message.data) as Event);
        else if (message.event === 'progress') this.progress(JSON.parse(message.data) as SearchProgress);
        else if (message.event === 'done') done = JSON.parse(message.data) as SearchDone;
        else if (message.event === 'error') throw problem(message.data);
      }
      if (this.abort !== abort) return;
      if (done === null) throw problem('{"detail":"The search broke off before its end."}');
      const all = done.sent < legRows || this.seen.size === known;
      this.stop();
      this.tell({ status: all ? 'ended' : 'enough', ...(all ? { scanned: this.state.of } : {}) });
    } catch (error) {
      if (this.abort !== abort) return;
      this.stop();
      this.tell({ status: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  private take(event: Event): void {
    if (this.seen.has(event.id)) return;
    this.seen.add(event.id);
    this.found.push(rowOf(event));
    this.state = { ...this.state, reached: event.attributes.time };
    this.tellSoon();
  }

  private progress(now: SearchProgress): void {
    const of = Math.max(this.state.of, this.before + now.of);
    const reached = now.reached ?? this.state.reached;
    this.state = { ...this.state, of: this.before === 0 ? now.of : of, scanned: this.before + now.scanned, reached };
    this.tellSoon();
  }

  private tellSoon(): void {
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      this.tell({});
    }, tellEveryMs);
  }

  private tell(change: Partial<SearchState>): void {
    // The list is copied only when it grew: a progress alone must not render every row again.
    const events = this.found.length === this.state.events.length ? this.state.events : [...this.found];
    this.state = { ...this.state, ...change, events };
    for (const listener of this.listeners) listener();
  }
}

function problem(text: string): ApiError {
  let detail = 'The search failed.';
  let code = 'search';
  try {
    const parsed = JSON.parse(text) as { code?: string; detail?: string };
    detail = parsed.detail ?? detail;
    code = parsed.code ?? code;
  } catch {
    // The sentence above has to do.
  }
  return new ApiError([{ status: 500, code, detail, pointer: null }]);
}
