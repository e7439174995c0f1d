import { ApiError } from '@/api/client';
import { serverEvents } from '@/api/stream';
import type { BacktestBuckets, BacktestDone, BacktestMatch, BacktestProgress, BacktestRequest } from '@/api/types';

export interface BacktestState {
  /** `refused`: it failed before anything was tried. */
  status: 'running' | 'done' | 'cancelled' | 'failed' | 'refused';
  scanned: number;
  of: number;
  matched: number;
  /** How far it has come in event time. */
  reached: string | null;
  buckets: BacktestBuckets | null;
  /** The oldest ones, at most 200. */
  matches: BacktestMatch[];
  done: BacktestDone | null;
  error: Error | null;
}

/** Messages come faster than a screen can show them. */
const tellEveryMs = 120;

/**
 * Rules tried on stored events; nothing is recorded. It streams, tells how far it is, and ends when it is told to: closing the connection
 * is what cancels it. Threads: none. Failure: what came until then stays.
 */
export class Backtest {
  private state: BacktestState = {
    status: 'running', scanned: 0, of: 0, matched: 0, reached: null, buckets: null, matches: [], done: null, error: null,
  };
  private readonly listeners = new Set<() => void>();
  private readonly found: BacktestMatch[] = [];
  private readonly abort = new AbortController();
  private timer: number | undefined;
  private started = false;
  private begun = false;

  constructor(readonly asked: BacktestRequest) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): BacktestState => this.state;

  start(): void {
    if (this.started) return;
    this.started = true;
    void this.run();
  }

  /** Ends it and keeps what was found. */
  cancel(): void {
    if (this.state.status !== 'running') return;
    this.abort.abort();
    this.tell({ status: 'cancelled' });
  }

  private async run(): Promise<void> {
    let done: BacktestDone | null = null;
    try {
      for await (const { event, data } of serverEvents('/api/v2/detection_backtests', this.abort.signal, this.asked)) {
        if (this.state.status !== 'running') return;
        if (event === 'progress') this.change(JSON.parse(data) as BacktestProgress);
        else if (event === 'buckets') this.change({ buckets: JSON.parse(data) as BacktestBuckets });
        else if (event === 'match') {
          this.found.push(JSON.parse(data) as BacktestMatch);
          this.change({});
        } else if (event === 'done') done = JSON.parse(data) as BacktestDone;
        else if (event === 'error') throw problem(data);
      }
      if (this.state.status !== 'running') return;
      if (done === null) throw problem('{"detail":"The backtest broke off before its end. Try again."}');
      this.tell({ status: 'done', done, scanned: done.scanned, of: done.of, matched: done.matched });
    } catch (error) {
      if (this.state.status !== 'running') return;
      this.tell({ status: this.begun ? 'failed' : 'refused', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  private change(part: Partial<BacktestState>): void {
    this.begun = true;
    this.state = { ...this.state, ...part };
    this.timer ??= window.setTimeout(() => {
      this.tell({});
    }, tellEveryMs);
  }

  private tell(part: Partial<BacktestState>): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    const matches = this.found.length === this.state.matches.length ? this.state.matches : [...this.found];
    this.state = { ...this.state, ...part, matches };
    for (const listener of this.listeners) listener();
  }
}

function problem(text: string): ApiError {
  let detail = 'The backtest failed.';
  let code = 'backtest';
  try {
    const parsed = JSON.parse(text) as { code?: string; detail?: string };
    detail = parsed.detail ?? detail;
    code = parsed.code ?? code;
  } catch {
    // The sentence above has to do.
  }
  return new ApiError([{ status: 500, code, detail, pointer: null }]);
}
