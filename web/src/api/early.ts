/**
 * What the first screen will ask for anyway, asked while the console's own code is still being read: on a cold start that saves more than
 * anything else could. Place: `app/entry.ts` begins, `api/client` takes each answer once.
 */
const begun = new Map<string, { answer: Promise<Response | null>; at: number }>();
/** An answer that nobody wanted at once is old news. */
const freshMs = 5_000;

/** As the client sends them. */
const headers = { accept: 'application/json' };

function begin(path: string): Promise<Response | null> {
  // A failure is nobody's business here: the client asks again and says what is wrong.
  const answer = fetch(path, { headers, credentials: 'same-origin' }).catch(() => null);
  begun.set(path, { answer, at: performance.now() });
  return answer;
}

/** Asks for the session, and when there is one for the first page of the device list on the screens that begin with it. */
export function beginEarly(pathname: string, session: string, lists: string[]): void {
  const first = begin(session);
  if (pathname !== '/' && !pathname.startsWith('/settings/security-devices')) return;
  void first.then((answer) => {
    if (answer?.ok) for (const path of lists) begin(path);
  });
}

/** The answer to this GET if it was begun early and nobody took it yet. */
export function takeEarly(path: string): Promise<Response | null> | undefined {
  const one = begun.get(path);
  begun.delete(path);
  return one !== undefined && performance.now() - one.at < freshMs ? one.answer : undefined;
}
