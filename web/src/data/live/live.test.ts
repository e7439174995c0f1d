import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeEventSource } from '@/test/setup';
import { LiveFeed, type LiveMessage } from './live';

let batches: LiveMessage[][] = [];
let refusals = 0;
let feed: LiveFeed;

beforeEach(() => {
  vi.useFakeTimers();
  batches = [];
  refusals = 0;
  feed = new LiveFeed({
    onMessages: (batch) => batches.push(batch),
    onRefused: () => {
      refusals += 1;
    },
  });
  feed.start();
});
afterEach(() => {
  feed.stop();
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

test("the browser's own reconnect continues; only a new connection asks for everything again", () => {
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
