import { expect, test } from 'vitest';
import type { Device } from '@/api/types';
import { makeDevice } from '@/test/server';
import { answered, changed, devicesOf, type DevicePage } from './known';

const named = (id: string, name = id): Device => makeDevice(id, name);
const page = (...ids: string[]): DevicePage => ({ devices: ids.map((id) => named(id)), total: 9 });
const version = (id: string, version: number, name: string): Device => {
  const device = named(id, name);
  return { ...device, meta: { ...device.meta, version } };
};
const nameOf = (pages: DevicePage[], id: string): string | undefined => devicesOf(pages).get(id)?.attributes.name;

test('a device that stands in two pages counts once, as it came last', () => {
  const devices = devicesOf([page('a', 'b'), { devices: [named('b', 'B'), named('c')], total: 9 }]);
  expect(devices.size).toBe(3);
  expect([...devices.values()].map((device) => device.attributes.name)).toEqual(['a', 'B', 'c']);
  expect(devices.get('b')?.attributes.name).toBe('B');
  expect(devices.ids.has('d')).toBe(false);
  expect(devices.get('d')).toBeUndefined();
});

test('a change is seen in the new pages only, and leaves the other pages and who is known as they are', () => {
  const before = [page('a', 'b'), page('c', 'd')];
  const [first, second] = before;
  const known = devicesOf(before);
  const after = changed(before, new Map([['d', (device) => device && named('d', 'D')]]));
  expect(devicesOf(after).get('d')?.attributes.name).toBe('D');
  expect(known.get('d')?.attributes.name).toBe('d');
  expect(second?.devices.map((device) => device.attributes.name)).toEqual(['c', 'd']);
  expect(after[0]).toBe(first);
  expect(after[1]).not.toBe(second);
  expect(devicesOf(after).ids).toBe(known.ids);
});

test('of a device in two pages the one that is shown changes', () => {
  const after = changed([page('a'), page('a')], new Map([['a', () => named('a', 'A')]]));
  expect(devicesOf(after).get('a')?.attributes.name).toBe('A');
});

test('a device that no page has joins at the end', () => {
  const before = [page('a'), page('b')];
  const after = changed(before, new Map([['c', () => named('c')], ['a', () => named('a', 'A')]]));
  expect([...devicesOf(after).values()].map((device) => device.attributes.name)).toEqual(['A', 'b', 'c']);
  expect(after.at(-1)?.total).toBe(10);
  expect(devicesOf(after).ids).not.toBe(devicesOf(before).ids);
});

test('nothing that changes anything gives the same pages', () => {
  const before = [page('a')];
  expect(changed(before, new Map([['a', (device) => device], ['b', () => undefined]]))).toBe(before);
});

test('of a device in two pages the newer is shown, also where it came first', () => {
  const pages = [{ devices: [version('a', 5, 'newer')], total: 1 }, { devices: [version('a', 4, 'older')], total: 1 }];
  expect(nameOf(pages, 'a')).toBe('newer');
});

test('changes of one page, of its end and after each other', () => {
  const once = changed([page('a', 'b')], new Map([['a', () => named('a', 'A')], ['b', () => named('b', 'B')], ['c', () => named('c')]]));
  const twice = changed(once, new Map([['c', () => named('c', 'C')], ['a', () => named('a', 'AA')]]));
  expect([...devicesOf(twice).values()].map((device) => device.attributes.name)).toEqual(['AA', 'B', 'C']);
  expect(nameOf(once, 'a')).toBe('A');
  expect(changed([], new Map([['a', () => named('a')]]))).toEqual([]);
});

test('a next page leaves what changed while it was on its way', () => {
  const asked = [page('a')];
  const now = changed(asked, new Map([['a', () => named('a', 'A')], ['j', () => named('j')]]));
  const after = answered(now, [...asked, page('b')]);
  expect([...devicesOf(after).values()].map((device) => device.attributes.name)).toEqual(['A', 'j', 'b']);
});

test('all pages asked for again: the newer of two wins, and of equals the answer', () => {
  const now = [{ devices: [version('a', 3, 'live'), version('b', 1, 'b')], total: 2 }];
  const after = answered(now, [{ devices: [version('a', 2, 'answer'), version('b', 1, 'told later')], total: 2 }]);
  expect(nameOf(after, 'a')).toBe('live');
  expect(nameOf(after, 'b')).toBe('told later');
  const live = changed(now, new Map([['b', () => version('b', 1, 'counts')]]));
  expect(answered(now, live)).toBe(live);
});
