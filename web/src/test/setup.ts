import { act, cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// A loaded machine may take its time; what is absent is absent after this too.
configure({ asyncUtilTimeout: 10_000, getElementError: (message) => new Error(message ?? 'not found') });

// Nothing is painted here: what waits for the first paint comes at once.
vi.mock('@/api/secondFrame', () => ({
  secondFrame: (then: () => void) => {
    then();
    return () => undefined;
  },
}));

// jsdom lays nothing out and lacks a few browser interfaces; these stand-ins say "a desktop screen, nothing moves".
window.matchMedia = (query: string) => ({
  matches: false,
  media: query,
  onchange: null,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  addListener: () => undefined,
  removeListener: () => undefined,
  dispatchEvent: () => false,
});
class Observer {
  constructor(private readonly tell: (entries: never[]) => void) {}
  observe(): void {
    queueMicrotask(() => {
      act(() => {
        this.tell([]);
      });
    });
  }
  unobserve(): void {}
  disconnect(): void {}
}
vi.stubGlobal('ResizeObserver', Observer);
// A text field that grows with its text measures again when a face has come.
Object.defineProperty(document, 'fonts', { configurable: true, value: new EventTarget() });
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = () => undefined;
window.scrollTo = () => undefined;
// What the virtual list asks for: a viewport that shows about twenty rows.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, value: 800 });
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, value: 1280 });

afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

/** The tabs of one test: Node's own would reach the tests of other files, which run in other threads. */
class FakeChannel {
  static all = new Set<FakeChannel>();
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor(readonly name: string) {
    FakeChannel.all.add(this);
  }
  postMessage(data: unknown): void {
    for (const other of FakeChannel.all) if (other !== this && other.name === this.name) other.onmessage?.({ data: structuredClone(data) });
  }
  close(): void {
    FakeChannel.all.delete(this);
  }
}
vi.stubGlobal('BroadcastChannel', FakeChannel);

/** The live feed of the tests: nothing comes unless a test says so. */
export class FakeEventSource {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: FakeEventSource[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private readonly listeners = new Map<string, ((event: { data: string; lastEventId: string }) => void)[]>();
  constructor(readonly url: string) {
    FakeEventSource.all.push(this);
  }
  addEventListener(kind: string, listener: (event: { data: string; lastEventId: string }) => void): void {
    this.listeners.set(kind, [...(this.listeners.get(kind) ?? []), listener]);
  }
  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }
  open(): void {
    this.readyState = FakeEventSource.OPEN;
    this.onopen?.();
  }
  fail(closed: boolean): void {
    this.readyState = closed ? FakeEventSource.CLOSED : FakeEventSource.CONNECTING;
    this.onerror?.();
  }
  say(kind: string, data: unknown, lastEventId = ''): void {
    for (const listener of this.listeners.get(kind) ?? []) listener({ data: JSON.stringify(data), lastEventId });
  }
  static latest(): FakeEventSource {
    const last = FakeEventSource.all.at(-1);
    if (!last) throw new Error('no live feed was opened');
    return last;
  }
}
vi.stubGlobal('EventSource', FakeEventSource);
afterEach(() => {
  FakeEventSource.all = [];
});
