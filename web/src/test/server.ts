import { vi } from 'vitest';
import type { Device } from '@/api/types';
import { ana, plugin, problem, session } from './fixtures';

export * from './fixtures';

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Headers;
  signal: AbortSignal | null;
}
/** `raw` is sent as it is: bytes, or a stream that the test writes piece by piece. */
type Answer = { status?: number; body?: unknown; raw?: BodyInit; headers?: Record<string, string> };
type Handler = (call: Call) => Answer | Promise<Answer>;

/** Answers `fetch` by method and path; remembers what was asked. An unknown call fails the test by its 404. */
export class TestServer {
  readonly calls: Call[] = [];
  private waiting = 0;
  private last = 0;
  private readonly handlers = new Map<string, Handler>();

  constructor() {
    vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
      const url = new URL(input, 'http://picket.test');
      const call: Call = {
        method: init.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : null,
        headers: new Headers(init.headers),
        signal: init.signal ?? null,
      };
      this.calls.push(call);
      this.waiting += 1;
      const answer = await this.answer(call).finally(() => {
        this.waiting -= 1;
        this.last = performance.now();
      });
      const empty = answer.status === 204;
      return new Response(empty ? null : (answer.raw ?? JSON.stringify(answer.body ?? {})), {
        status: answer.status ?? 200,
        headers: { 'content-type': 'application/json', ...answer.headers },
      });
    });
  }

  on(route: string, handler: Handler | Answer): this {
    this.handlers.set(route, typeof handler === 'function' ? handler : () => handler);
    return this;
  }

  private async answer(call: Call): Promise<Answer> {
    const route = `${call.method} ${call.path}`;
    const handler = this.handlers.get(route);
    return handler ? handler(call) : { status: 404, body: problem('404', 'not_found', `No answer for ${route}.`) };
  }

  /** Resolves when everything that the page asked for was answered, and nothing more is asked. */
  async quiet(): Promise<void> {
    const stillMs = 200;
    do await new Promise((resume) => setTimeout(resume, stillMs / 4));
    while (this.waiting > 0 || performance.now() - this.last < stillMs);
  }

  asked(route: string): Call[] {
    return this.calls.filter((call) => `${call.method} ${call.path}` === route);
  }
}

/** A server with somebody signed in and these devices. */
export function signedIn(devices: Device[]): TestServer {
  const server = new TestServer()
    .on('GET /auth/v0/session', { body: session })
    .on('GET /api/v2/plugins', { body: { data: [plugin] } })
    .on('GET /api/v2/events/counts', { body: { data: [], meta: { total: 0 } } })
    .on('GET /api/v2/security_device_histories', { body: { data: [], meta: { page: { total: 0 } } } })
    .on('GET /api/v2/security_devices', (call) => {
      const offset = Number(call.query.get('page[offset]'));
      const limit = Number(call.query.get('page[limit]'));
      return {
        body: { data: devices.slice(offset, offset + limit), meta: { page: { offset, limit, total: devices.length } } },
      };
    });
  for (const device of devices) {
    server.on(`GET /api/v2/security_devices/${device.id}`, {
      body: { data: device, included: [ana] },
      headers: { etag: `"${String(device.meta.version)}"` },
    });
  }
  return server;
}
