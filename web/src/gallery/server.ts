/** Stands in for `fetch` and the live feed: nothing in the gallery goes over a network. */

export interface Asked {
  method: string;
  path: string;
  url: URL;
  body: unknown;
}
export interface Answer {
  status?: number;
  body?: unknown;
  /** Sent as it is. */
  raw?: BodyInit;
  headers?: Record<string, string>;
}
/** `never`: the answer does not come. */
type Given = Answer | 'never';
/** By method and path; `*` stands for one or more characters. What comes later in the list counts before what came earlier. */
export type Answers = Record<string, Given | ((asked: Asked) => Given)>;

const fits = (route: string, asked: string): boolean =>
  new RegExp(`^${route.split('*').map((part) => part.replace(/[.?+^$()[\]{}|\\]/g, '\\$&')).join('.+')}$`).test(asked);

export const refused = (status: number, code: string, detail: string, pointer?: string): Answer => ({
  status,
  body: { errors: [{ status: String(status), code, title: code, detail, ...(pointer ? { source: { pointer } } : {}) }] },
});

export class StandIn {
  private gone = false;

  constructor(private answers: Answers) {}

  /** From now on these answers hold, too. */
  say(more: Answers): void {
    this.answers = { ...this.answers, ...more };
  }

  /** Nobody answers any more, and the live feed breaks. */
  leave(): void {
    this.gone = true;
    QuietFeed.breakAll();
  }

  install(): void {
    window.fetch = (input, init) => this.answer(input instanceof Request ? input.url : input.toString(), init ?? {});
    Object.assign(window, { EventSource: QuietFeed });
  }

  private async answer(address: string, init: RequestInit): Promise<Response> {
    const url = new URL(address, window.location.origin);
    const asked: Asked = {
      method: init.method ?? 'GET',
      path: url.pathname,
      url,
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : null,
    };
    await Promise.resolve();
    if (this.gone) throw new TypeError('Failed to fetch');
    const name = `${asked.method} ${asked.path}`;
    const route = Object.keys(this.answers).reverse().find((one) => fits(one, name));
    const known = route === undefined ? undefined : this.answers[route];
    if (known === undefined) console.error(`The gallery's server has no answer for ${name}.`);
    const given = known === undefined ? refused(404, 'not_found', `There is no answer for ${name}.`) : typeof known === 'function' ? known(asked) : known;
    if (given === 'never') return this.never(init.signal);
    return new Response(given.status === 204 ? null : (given.raw ?? JSON.stringify(given.body ?? {})), {
      status: given.status ?? 200,
      headers: { 'content-type': 'application/json', ...given.headers },
    });
  }

  private never(signal: AbortSignal | null | undefined): Promise<Response> {
    return new Promise((_, refuse) => {
      signal?.addEventListener('abort', () => {
        refuse(new DOMException('Aborted', 'AbortError'));
      });
    });
  }
}

/** A live feed over which nothing comes. */
class QuietFeed {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  private static all: QuietFeed[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor() {
    QuietFeed.all.push(this);
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
    });
  }
  addEventListener(): void {}
  close(): void {
    this.readyState = 2;
  }
  static breakAll(): void {
    for (const feed of QuietFeed.all) {
      feed.readyState = 0;
      feed.onerror?.();
    }
  }
}
