import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '@/api/client';
import type { Device, DeviceCreate, DeviceDocument, DevicePatch, Reread, RereadCost, SecretPatch, Secrets, TestResult } from '@/api/types';
import { historyKeys } from '@/data/histories/histories';
import { deviceKeys, markDeleted, putDevice } from './devices';

const root = '/api/v2/security_devices';
const pathOf = (id: string): string => `${root}/${encodeURIComponent(id)}`;

export type NewDevice = DeviceCreate['data']['attributes'];

export async function createDevice(client: QueryClient, attributes: NewDevice): Promise<Device> {
  const body: DeviceCreate = { data: { type: 'security_devices', attributes } };
  const answer = await request<DeviceDocument>('POST', root, { body });
  putDevice(client, answer.body.data);
  return answer.body.data;
}

export type DeviceEdit = DevicePatch['data']['attributes'];

export async function changeDevice(
  client: QueryClient,
  id: string,
  attributes: DeviceEdit,
  ifMatch: string | null,
): Promise<Device> {
  const body: DevicePatch = { data: { type: 'security_devices', id, attributes } };
  const answer = await request<DeviceDocument>('PATCH', pathOf(id), { body, ifMatch });
  putDevice(client, answer.body.data);
  void client.invalidateQueries({ queryKey: deviceKeys.one(id) });
  void client.invalidateQueries({ queryKey: historyKeys.of(id) });
  return answer.body.data;
}

export async function replaceSecret(
  client: QueryClient,
  id: string,
  secret: Secrets,
  acceptOtherAccount: boolean,
): Promise<void> {
  const attributes = { secret, ...(acceptOtherAccount ? { accept_other_account: true } : {}) };
  const body: SecretPatch = { data: { type: 'secrets', id: `security_device-${id}`, attributes } };
  await request<unknown>('PATCH', `/api/v2/secrets/security_device-${encodeURIComponent(id)}`, { body });
  void client.invalidateQueries({ queryKey: deviceKeys.one(id) });
  void client.invalidateQueries({ queryKey: historyKeys.of(id) });
}

export async function rereadCost(id: string, startTime: string, signal?: AbortSignal): Promise<RereadCost> {
  const path = `${pathOf(id)}/reread?start_time=${encodeURIComponent(startTime)}`;
  return (await request<RereadCost>('GET', path, { signal })).body;
}

export async function reread(client: QueryClient, id: string, startTime: string): Promise<void> {
  await request<unknown>('POST', `${pathOf(id)}/reread`, { body: { start_time: startTime } satisfies Reread });
  void client.invalidateQueries({ queryKey: deviceKeys.one(id) });
  void client.invalidateQueries({ queryKey: historyKeys.of(id) });
}

export async function testDevice(client: QueryClient, id: string): Promise<TestResult> {
  const answer = await request<TestResult>('POST', `${pathOf(id)}/test`, { body: {} });
  void client.invalidateQueries({ queryKey: deviceKeys.one(id) });
  return answer.body;
}

export async function deleteDevice(client: QueryClient, id: string): Promise<void> {
  await request<null>('DELETE', pathOf(id));
  markDeleted(client, id);
  void client.invalidateQueries({ queryKey: deviceKeys.list });
}

export function usePause() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, paused }: { id: string; paused: boolean }) => changeDevice(client, id, { paused }, null),
  });
}
