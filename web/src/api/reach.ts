/**
 * Whether the server answers. Every request tells it here, the live feed too; what shows pages listens. Place: below `api/client`.
 * Failure: while it does not answer somebody must call `probe` from time to time, or the next request finds out.
 */
export interface Reach {
  /** The last that was tried got no answer. */
  gone: boolean;
  /** When it last answered, in milliseconds of this browser's clock; null before the first answer. */
  lastAt: number | null;
}

let reach: Reach = { gone: false, lastAt: null };
const listeners = new Set<() => void>();

function set(next: Reach): void {
  const turned = next.gone !== reach.gone;
  reach = next;
  if (turned) for (const listener of listeners) listener();
}

export function answered(): void {
  set({ gone: false, lastAt: Date.now() });
}

export function unanswered(): void {
  set({ gone: true, lastAt: reach.lastAt });
}

/** A proxy in front of a server that is gone answers in its place. */
export const fromProxy: ReadonlySet<number> = new Set([502, 503, 504]);

/** What an answer's head says of the server. Picket's own refusals are JSON, whatever their number. */
export function judge(response: Response): void {
  const own = response.headers.get('content-type')?.includes('json') ?? false;
  if (fromProxy.has(response.status) && !own) unanswered();
  else answered();
}

export const reachNow = (): Reach => reach;

/** Tells when the server goes and when it comes back. */
export function subscribeReach(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

const patienceMs = 5000;

/** Asks the server for a sign of life; true when it gave one. Needs no sign-in. */
export async function probe(): Promise<boolean> {
  try {
    judge(await fetch('/livez', { cache: 'no-store', signal: AbortSignal.timeout(patienceMs) }));
  } catch {
    unanswered();
  }
  return !reach.gone;
}

/** Resolves as soon as the server answers. */
export function whenBack(): Promise<void> {
  if (!reach.gone) return Promise.resolve();
  return new Promise((resolve) => {
    const end = subscribeReach(() => {
      if (reach.gone) return;
      end();
      resolve();
    });
  });
}

/** A part of the console that cannot be fetched because the server is gone is fetched when it is back. */
export async function patient<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    // It answers, but not with this: another version was installed. Only loading the page anew helps then.
    if (await probe()) throw error;
    await whenBack();
    return load();
  }
}
