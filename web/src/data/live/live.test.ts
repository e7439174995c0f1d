import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeEventSource } from '@/test/setup';
import { LiveFeed, type LiveMessage } from './live';

/** What the page has read, as far as the feed is concerned. */
let position: string | null = null;
vi.mock('@/api/position', async (original) => ({ ...(await original<typeof import('@/api/position')>()), firstPosition: () => position }));

let batches: LiveMessage[][] = [];
let refusals = 0;
let feed: LiveFeed;

function start(): void {
  feed = new LiveFeed({
    organization: 'acme',
    onMessages: (batch) => batches.push(batch),
    onRefused: () => {
      refusals += 1;
    },
  });
  feed.start();
}
beforeEach(() => {
  vi.useFakeTimers();
  batches = [];
  refusals = 0;
  start();
});
afterEach(() => {
  feed.stop();
  position = null;
  vi.useRealTimers();
});

const kinds = (): string[] => batches.flat().map((message) => message.kind);

test('messages come in batches', () => {
  const source = FakeEventSource.latest();
  source.open();
  for (let i = 0; i < 5; i += 1) source.say('history', { security_device_id: 'a', id: String(i) });
  expect(batches).toHaveLength(0);
  vi.advanceTimersByTime(150);
  expect(batches).toHaveLength(1);
  expect(batches[0]).toHaveLength(5);
  expect(feed.snapshot().status).toBe('live');
});

test("the browser's own reconnect continues; a new connection of which nobody knows where it stood asks for everything again", () => {
  const first = FakeEventSource.latest();
  first.open();
  first.fail(false);
  expect(feed.snapshot().status).toBe('offline');
  first.open();
  vi.advanceTimersByTime(150);
  expect(kinds()).toEqual([]);
  first.fail(true);
  expect(refusals).toBe(1);
  vi.advanceTimersByTime(1500);
  const second = FakeEventSource.latest();
  expect(second).not.toBe(first);
  second.open();
  vi.advanceTimersByTime(150);
  expect(kinds()).toEqual(['reset']);
  expect(feed.snapshot().status).toBe('live');
});

test('a connection that only looks alive is replaced', () => {
  const first = FakeEventSource.latest();
  first.open();
  vi.advanceTimersByTime(40_000);
  first.say('ping', {});
  vi.advanceTimersByTime(40_000);
  expect(FakeEventSource.latest()).toBe(first);
  vi.advanceTimersByTime(20_000);
  expect(FakeEventSource.latest()).not.toBe(first);
  expect(feed.snapshot().status).toBe('offline');
});

test('an unreadable message leads to a full look', () => {
  const source = FakeEventSource.latest();
  source.open();
  const listeners = (source as unknown as { listeners: Map<string, ((event: { data: string }) => void)[]> }).listeners;
  listeners.get('change')?.[0]?.({ data: '{half' });
  vi.advanceTimersByTime(150);
  expect(kinds()).toEqual(['reset']);
});

test('a page that goes asks nothing more; one that comes back from the history connects again', () => {
  const first = FakeEventSource.latest();
  first.open();
  window.dispatchEvent(new Event('pagehide'));
  expect(first.readyState).toBe(2);
  expect(refusals).toBe(0);
  expect(feed.snapshot().status).toBe('live');
  const back = Object.assign(new Event('pageshow'), { persisted: true });
  window.dispatchEvent(back);
  expect(FakeEventSource.latest()).not.toBe(first);
  feed.stop();
  const last = FakeEventSource.latest();
  window.dispatchEvent(back);
  expect(FakeEventSource.latest()).toBe(last);
});

test('listeners hear of another status, and not of each message that says the same', () => {
  let told = 0;
  const stop = feed.subscribe(() => {
    told += 1;
  });
  const source = FakeEventSource.latest();
  source.open();
  expect(told).toBe(1);
  const { lastAt } = feed.snapshot();
  vi.advanceTimersByTime(500);
  source.say('history', { security_device_id: 'a', id: '1' });
  expect(told).toBe(1);
  expect(feed.snapshot().lastAt).toBe((lastAt ?? 0) + 500);
  source.fail(false);
  expect(told).toBe(2);
  stop();
});

test('a feed begins where the page began to read, and a new connection where the last one ended: nothing is asked for again', () => {
  position = 'e-7';
  feed.stop();
  start();
  const first = FakeEventSource.latest();
  expect(first.url).toBe('/api/v2/live?after=e-7');
  first.open();
  first.say('history', { security_device_id: 'a', id: '1' }, 'e-9');
  first.say('ping', {}, 'e-12');
  first.fail(true);
  vi.advanceTimersByTime(1500);
  const second = FakeEventSource.latest();
  expect(second.url).toBe('/api/v2/live?after=e-12');
  second.open();
  vi.advanceTimersByTime(150);
  expect(kinds()).toEqual(['history']);
  second.say('reset', {}, 'f-0');
  second.fail(true);
  vi.advanceTimersByTime(1500);
  expect(FakeEventSource.latest().url).toBe('/api/v2/live?after=f-0');
  expect(kinds()).toEqual(['history', 'reset']);
});

describe('tabs of one browser', () => {
  interface Tab {
    feed: LiveFeed;
    heard: string[];
  }
  let tabs: Tab[] = [];
  let queue: (() => void)[] = [];
  /** Who waits gets it when the one before lets it go. */
  const locks = {
    request: (_name: string, _options: unknown, run: () => Promise<void>) =>
      new Promise<void>((resolve) => {
        const take = (): void => {
          void run().then(() => {
            resolve();
            queue.shift();
            queue[0]?.();
          });
        };
        queue.push(take);
        if (queue.length === 1) take();
      }),
  };
  beforeEach(() => {
    feed.stop();
    queue = [];
    tabs = [];
    Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
  });
  afterEach(() => {
    for (const one of tabs) one.feed.stop();
    Reflect.deleteProperty(navigator, 'locks');
  });
  function tab(readAt: string | null, organization = 'acme'): Tab {
    position = readAt;
    const heard: string[] = [];
    const one = new LiveFeed({
      organization,
      onMessages: (batch) => heard.push(...batch.map((message) => (message.kind === 'history' ? message.data.id ?? '' : message.kind))),
      onRefused: () => undefined,
    });
    one.start();
    tabs.push({ feed: one, heard });
    return { feed: one, heard };
  }
  const say = (n: number): void => {
    FakeEventSource.latest().say('history', { security_device_id: 'a', id: String(n) }, `e-${String(n)}`);
    vi.advanceTimersByTime(150);
  };

  test('a tab that begins to listen hears what came since it began to read, and no more', () => {
    const first = tab('e-7');
    FakeEventSource.latest().open();
    for (const n of [8, 9, 10]) say(n);
    const second = tab('e-9');
    vi.advanceTimersByTime(150);
    say(11);
    expect(first.heard).toEqual(['8', '9', '10', '11']);
    expect(second.heard).toEqual(['10', '11']);
    expect(FakeEventSource.all.filter((one) => one.readyState === 1)).toHaveLength(1);
  });

  test('a tab that read before the other listened, or before what that one still knows, looks at everything again', () => {
    tab('e-7');
    FakeEventSource.latest().open();
    const earlier = tab('e-6');
    vi.advanceTimersByTime(150);
    expect(earlier.heard).toEqual(['reset']);
    for (let n = 8; n < 1020; n += 1) say(n);
    const slow = tab('e-20');
    vi.advanceTimersByTime(150);
    expect(slow.heard).toEqual(['reset']);
    const quick = tab('e-1017');
    vi.advanceTimersByTime(150);
    expect(quick.heard).toEqual(['1018', '1019']);
    const restarted = tab('f-3');
    vi.advanceTimersByTime(150);
    expect(restarted.heard).toEqual(['reset']);
  });

  test('a tab that said hello before anybody led is told when somebody does; after a reset newcomers miss nothing', async () => {
    const held = queue;
    queue.push(() => undefined);  // a tab that is about to close holds the lock, and answers nobody
    const early = tab('e-5');
    const leader = tab('e-7');
    held.shift();
    held.reverse();  // the later one gets it
    held[0]?.();
    await vi.advanceTimersByTimeAsync(200);
    expect(FakeEventSource.latest().url).toBe('/api/v2/live?after=e-7');
    expect([early.heard, leader.heard]).toEqual([['reset'], []]);
    FakeEventSource.latest().open();
    FakeEventSource.latest().say('reset', {}, 'f-0');
    vi.advanceTimersByTime(150);
    const late = tab('f-0');
    FakeEventSource.latest().say('history', { security_device_id: 'a', id: '1' }, 'f-1');
    const later = tab('f-0');
    vi.advanceTimersByTime(150);
    expect([late.heard, later.heard]).toEqual([['1'], ['1']]);
  });

  test('tabs of another organization hear nothing of this one', () => {
    const first = tab('e-7');
    FakeEventSource.latest().open();
    const other = tab('e-7', 'globex');
    say(8);
    expect([first.heard, other.heard]).toEqual([['8'], []]);
  });

  test('a tab that takes the feed over goes on after the last that it heard', async () => {
    const first = tab('e-7');
    FakeEventSource.latest().open();
    const second = tab('e-7');
    say(8);
    first.feed.stop();
    await vi.advanceTimersByTimeAsync(10);
    expect(FakeEventSource.latest().url).toBe('/api/v2/live?after=e-8');
    FakeEventSource.latest().open();
    say(9);
    expect(second.heard).toEqual(['8', '9']);
  });
});
