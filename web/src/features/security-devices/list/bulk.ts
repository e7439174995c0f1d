import { ApiError } from '@/api/client';

export type OutcomeState = 'waiting' | 'working' | 'done' | 'failed' | 'stopped';

export interface Outcome {
  id: string;
  name: string;
  state: OutcomeState;
  /** What came of it, in a sentence. */
  note: string | null;
}

export interface Result {
  ok: boolean;
  note: string | null;
}

export interface BulkOptions {
  /** How many requests are on their way together. */
  atOnce: number;
  signal: AbortSignal;
  /** The same array every time, as it stands now: ten thousand are not copied at every step. */
  onChange: (outcomes: readonly Outcome[]) => void;
  /** Waits between tries when the server is busy. */
  wait?: (ms: number) => Promise<void>;
}

const busyTries = 20;
const busyWaitMs = 1_500;

/**
 * Does one thing to many devices, a few at a time, and tells of each what came of it. A failure of one never ends the others; a
 * server that is busy (429) is asked again later. What has begun when the signal comes is finished, the rest is left alone.
 */
export async function runBulk(
  devices: { id: string; name: string }[],
  work: (id: string) => Promise<Result>,
  { atOnce, signal, onChange, wait = (ms) => new Promise((done) => setTimeout(done, ms)) }: BulkOptions,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = devices.map(({ id, name }) => ({ id, name, state: 'waiting', note: null }));
  const put = (index: number, change: Partial<Outcome>): void => {
    const one = outcomes[index];
    if (one) outcomes[index] = { ...one, ...change };
    onChange(outcomes);
  };
  const attempt = async (id: string): Promise<Result> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work(id);
      } catch (error) {
        const busy = error instanceof ApiError && error.status === 429;
        if (!busy || tries >= busyTries || signal.aborted) {
          return { ok: false, note: error instanceof Error ? error.message : String(error) };
        }
        await wait(busyWaitMs);
      }
    }
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const index = next;
      const outcome = outcomes[index];
      if (outcome === undefined || signal.aborted) return;
      next += 1;
      put(index, { state: 'working' });
      const { ok, note } = await attempt(outcome.id);
      put(index, { state: ok ? 'done' : 'failed', note });
    }
  };
  onChange(outcomes);
  await Promise.all(Array.from({ length: Math.min(atOnce, devices.length) }, lane));
  outcomes.forEach((one, index) => {
    if (one.state === 'waiting') outcomes[index] = { ...one, state: 'stopped' };
  });
  onChange(outcomes);
  return outcomes;
}

/** Failed first, then what is under way, then the rest in their order. */
export function inOrderOfInterest(outcomes: readonly Outcome[]): Outcome[] {
  const rank: Record<OutcomeState, number> = { failed: 0, working: 1, stopped: 2, done: 3, waiting: 4 };
  return outcomes.map((one, at) => ({ one, at })).sort((a, b) => rank[a.one.state] - rank[b.one.state] || a.at - b.at).map(({ one }) => one);
}
