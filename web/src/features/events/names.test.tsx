import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Device } from '@/api/types';
import { deviceKeys, patchDevices, useDeviceList } from '@/data/devices/devices';
import { makeDevice } from '@/test/server';
import { useNames } from './names';

/** With one stream of this title. */
function device(id: string, name: string, title: string): Device {
  const made = makeDevice(id, name);
  const details = made.attributes.status_details;
  const first = details?.streams[0];
  if (!details || !first) throw new Error('a device of the tests has streams');
  return { ...made, attributes: { ...made.attributes, status_details: { ...details, streams: [{ ...first, stream: 's', title }] } } };
}

test('names are the same object while devices change and their names do not', async () => {
  const client = new QueryClient();
  const devices = [device('a', 'Alpha', 'One'), device('b', 'Beta', 'One, in other words')];
  client.setQueryData(deviceKeys.list, { pages: [{ devices, total: 2 }], pageParams: [{ offset: 0, limit: 50 }] });
  const { result } = renderHook(() => ({ names: useNames(), devices: useDeviceList().devices }), { wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider> });
  const before = result.current.names;
  expect([before.device('a'), before.device('b'), before.stream('s')]).toEqual(['Alpha', 'Beta', 'One']);

  const change = (attributes: Partial<Device['attributes']>): void => {
    patchDevices(client, new Map([['b', (known) => known && { ...known, attributes: { ...known.attributes, ...attributes } }]]));
  };
  change({ events_24h: 12_345 });
  await waitFor(() => {
    expect(result.current.devices.get('b')?.attributes.events_24h).toBe(12_345);
  });
  expect(result.current.names).toBe(before);
  change({ name: 'Gamma' });
  await waitFor(() => {
    expect(result.current.names.device('b')).toBe('Gamma');
  });
  expect(result.current.names).not.toBe(before);
});
