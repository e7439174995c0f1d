import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import type { Device } from '@/api/types';
import { makeDevice } from '@/test/server';
import { deviceListQuery, knownDevices, patchDevices, putDevice } from './devices';
import type { DevicePage } from './known';

const full = (...devices: Device[]): DevicePage => ({ devices: [...devices, ...Array.from({ length: 50 - devices.length }, (_, i) => makeDevice(`other${String(i)}`, 'Other'))], total: 51 });

test('a change that comes while a page of the list is on its way stays when the page comes', async () => {
  const client = new QueryClient();
  let give: (page: DevicePage) => void = () => undefined;
  const answers = [Promise.resolve(full(makeDevice('a', 'Alpha'))), new Promise<DevicePage>((resolve) => { give = resolve; })];
  const observer = new InfiniteQueryObserver(client, { ...deviceListQuery, queryFn: () => answers.shift() ?? Promise.reject(new Error('two pages are all')) });
  const stop = observer.subscribe(() => undefined);
  await client.fetchInfiniteQuery({ ...deviceListQuery, queryFn: () => answers[0] ?? Promise.reject(new Error('none')) });
  const next = observer.fetchNextPage();
  const changed = makeDevice('a', 'Alpha');
  putDevice(client, { ...changed, attributes: { ...changed.attributes, name: 'Renamed' }, meta: { ...changed.meta, version: changed.meta.version + 1 } });
  patchDevices(client, new Map([['new', () => makeDevice('new', 'Joined')]]));
  give({ devices: [makeDevice('z', 'Omega')], total: 51 });
  await next;
  const known = knownDevices(client);
  expect(['a', 'new', 'z'].map((id) => known.get(id)?.attributes.name)).toEqual(['Renamed', 'Joined', 'Omega']);
  stop();
});
