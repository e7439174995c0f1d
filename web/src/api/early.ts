/**
 * What the first screen will ask for anyway, asked while the console's own code is still being read: on a cold start that saves more than
 * anything else could. Place: `app/entry.ts` begins, `api/client` takes each answer once.
 */
const begun = new Map<string, { answer: Promise<Response | null>; at: number }>();
/** An answer that nobody wanted at once is old news. */
const freshMs = 5_000;

/** As the client sends them. */
const headers = { accept: 'application/json' };

function begin(path: string, refusalToo: boolean): Promise<Response | null> {
  // A failure is nobody's business here: the client asks again and says what is wrong.
  const answer = fetch(path, { headers, credentials: 'same-origin' })
    .then((response) => (response.ok || refusalToo ? response : null))
    .catch(() => null);
  begun.set(path, { answer, at: performance.now() });
  return answer;
}

const mark = 'picket.signed-in';

/** Remembers in this browser whether somebody was signed in; it is a guess for the next start, and opens nothing. */
export function rememberSignedIn(signedIn: boolean): void {
  try {
    if (signedIn) window.localStorage.setItem(mark, '1');
    else window.localStorage.removeItem(mark);
  } catch {
    // Without storage the next start asks one after the other.
  }
}

function wasSignedIn(): boolean {
  try {
    return window.localStorage.getItem(mark) !== null;
  } catch {
    return false;
  }
}

/**
 * Asks for the session and, on the screens that begin with it, for the first page of the device list. Where somebody was signed in
 * before, all are asked for at once: the answer to the first would wait until the console's own code has run.
 */
export function beginEarly(pathname: string, session: string, lists: string[]): void {
  const first = begin(session, true);
  if (pathname !== '/' && !pathname.startsWith('/settings/security-devices')) return;
  const rest = (): void => {
    for (const path of lists) void begin(path, false);
  };
  if (wasSignedIn()) rest();
  else void first.then((answer) => {
    if (answer?.ok) rest();
  });
}

/** The answer to this GET if it was begun early and nobody took it yet. */
export function takeEarly(path: string): Promise<Response | null> | undefined {
  const one = begun.get(path);
  begun.delete(path);
  return one !== undefined && performance.now() - one.at < freshMs ? one.answer : undefined;
}
