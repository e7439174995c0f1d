import { expect, test } from 'vitest';
import type { Device } from '@/api/types';
import { makeDevice } from '@/test/server';
import { changed, devicesOf, type DevicePage } from './known';

const named = (id: string, name = id): Device => makeDevice(id, name);
const page = (...ids: string[]): DevicePage => ({ devices: ids.map((id) => named(id)), total: 9 });

test('a device that stands in two pages counts once, as it came last', () => {
  const devices = devicesOf([page('a', 'b'), { devices: [named('b', 'B'), named('c')], total: 9 }]);
  expect(devices.size).toBe(3);
  expect([...devices.values()].map((device) => device.attributes.name)).toEqual(['a', 'B', 'c']);
  expect(devices.get('b')?.attributes.name).toBe('B');
  expect(devices.has('d')).toBe(false);
  expect(devices.get('d')).toBeUndefined();
});

test('a change is seen in the new pages only, and leaves the other pages and who is known as they are', () => {
  const before = [page('a', 'b'), page('c', 'd')];
  const [first, second] = before;
  const known = devicesOf(before);
  const after = changed(before, new Map([['d', (device) => device && named('d', 'D')]]));
  expect(devicesOf(after).get('d')?.attributes.name).toBe('D');
  expect(known.get('d')?.attributes.name).toBe('d');
  expect(before).toEqual([first, second]);
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
