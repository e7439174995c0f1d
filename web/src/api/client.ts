import { takeEarly } from './early';
import { notePosition } from './position';
import { fromProxy, judge, unanswered } from './reach';
import type { Problem } from './types';

/**
 * The one door to the server. Place: everything under `data/` calls it, nothing else does.
 * Failure: every failure is an ApiError whose message is a sentence for the person at the screen.
 */

export interface ApiProblem {
  status: number;
  code: string;
  detail: string;
  pointer: string | null;
  /** Where in a text of rules, counted from 1. */
  place?: { line: number; column: number };
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: ApiProblem[];

  constructor(problems: ApiProblem[]) {
    super(problems.map((problem) => problem.detail).join(' '));
    this.name = 'ApiError';
    this.problems = problems;
    this.status = problems[0]?.status ?? 0;
    this.code = problems[0]?.code ?? 'unknown';
  }
}

export interface Answer<T> {
  body: T;
  /** The version of a single object, to send back as `If-Match`. */
  etag: string | null;
}

export interface RequestOptions {
  body?: unknown;
  ifMatch?: string | null;
  signal?: AbortSignal | undefined;
  /** Sign-in calls judge a 401 themselves. */
  plainUnauthorized?: boolean;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

let csrfToken: string | null = null;
/** Asks the person to sign in again; true when that worked. Set by the app. */
let signInAgain: (() => Promise<boolean>) | null = null;
/** Fetches a fresh session object (its csrf token may have changed in another tab). Set by data/session. */
let refreshCsrf: (() => Promise<boolean>) | null = null;

export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}
export function onUnauthorized(handler: (() => Promise<boolean>) | null): void {
  signInAgain = handler;
}
export function onCsrfRefused(handler: () => Promise<boolean>): void {
  refreshCsrf = handler;
}

function problemsOf(status: number, text: string): ApiProblem[] {
  try {
    const parsed = JSON.parse(text) as {
      errors?: Partial<Problem>[];
    };
    const list = (parsed.errors ?? []).map((error) => ({
      status,
      code: error.code ?? String(status),
      detail: error.detail ?? error.title ?? `The server answered ${String(status)}.`,
      pointer: error.source?.pointer ?? null,
      ...(error.meta ? { place: error.meta } : {}),
    }));
    if (list.length > 0) return list;
  } catch {
    // Not JSON: a proxy in between, most likely. The status is all there is to tell.
  }
  const detail = fromProxy.has(status)
    ? `A proxy answered ${String(status)} in Picket's place. See that Picket is running.`
    : status >= 500
      ? `The server answered ${String(status)}. Try again in a moment; if it stays so, look into Picket's log.`
      : `The server refused this with ${String(status)}.`;
  return [{ status, code: String(status), detail, pointer: null }];
}

/** Sends, and answers with what came; a refusal or an unreachable server is an ApiError. */
async function send(method: Method, path: string, options: RequestOptions, accept: string): Promise<Response> {
  const headers: Record<string, string> = { accept };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.ifMatch) headers['if-match'] = options.ifMatch;
  if (method !== 'GET' && csrfToken) headers['x-csrf-token'] = csrfToken;
  let response: Response;
  try {
    const early = method === 'GET' ? await takeEarly(path) : null;
    response = early ?? await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    unanswered();
    throw unreachable();
  }
  judge(response);
  notePosition(response.headers.get('picket-live'));
  if (!response.ok) throw new ApiError(problemsOf(response.status, await response.text()));
  return response;
}

/** The server cannot be reached, or the connection broke. */
export function unreachable(): ApiError {
  const detail = 'Picket cannot be reached. Check your network and that the server runs, then try again.';
  return new ApiError([{ status: 0, code: 'unreachable', detail, pointer: null }]);
}

async function once<T>(method: Method, path: string, options: RequestOptions): Promise<Answer<T>> {
  const response = await send(method, path, options, 'application/json');
  const text = await response.text();
  let body: unknown = null;
  if (text !== '') {
    try {
      body = JSON.parse(text);
    } catch {
      throw new ApiError([
        {
          status: response.status,
          code: 'not_json',
          detail: 'Something between this browser and Picket answered instead of Picket. Is a proxy in the way?',
          pointer: null,
        },
      ]);
    }
  }
  return { body: body as T, etag: response.headers.get('etag') };
}

/** Signs in again over the page when the session has ended, and repeats the request after that. */
async function persist<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401 && signInAgain && (await signInAgain())) return attempt();
    if (error.status === 403 && error.code.includes('csrf') && refreshCsrf && (await refreshCsrf())) return attempt();
    throw error;
  }
}

export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const attempt = (): Promise<Answer<T>> => once<T>(method, path, options);
  return options.plainUnauthorized ? attempt() : persist(attempt);
}

/** An answer that is read piece by piece: server-sent events, or bytes of unknown length. */
export async function openStream(path: string, accept: string, signal: AbortSignal, body?: unknown): Promise<Response> {
  return persist(() => send(body === undefined ? 'GET' : 'POST', path, { signal, body }, accept));
}
