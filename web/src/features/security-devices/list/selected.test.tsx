import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Device } from '@/api/types';
import { openAt, type TestApp } from '@/test/app';
import { makeDevice, signedIn, type TestServer } from '@/test/server';
import { sortDevices } from '../order';
import { type ColumnKey, columnKeys } from '../search';

const bar = () => within(screen.getByRole('toolbar', { name: 'Selected devices' }));
const many = (n: number, over: Partial<Device['attributes']> = {}): Device[] =>
  Array.from({ length: n }, (_, i) => makeDevice(`d${String(i)}`, `Device ${String(i).padStart(2, '0')}`, over));

async function selectAll(devices: Device[]): Promise<{ app: TestApp; server: TestServer }> {
  const server = signedIn(devices);
  for (const { id, attributes } of devices) {
    server
      .on(`PATCH /api/v2/security_devices/${id}`, (call) => {
        const { paused } = (call.body as { data: { attributes: { paused: boolean } } }).data.attributes;
        return { body: { data: makeDevice(id, attributes.name, { paused }, 2) } };
      })
      .on(`POST /api/v2/security_devices/${id}/test`, { body: { ok: id !== 'd1', code: 'ok', sentence: id === 'd1' ? 'The token is refused.' : 'It answers.', checks: [] } });
  }
  const app = openAt('/settings/security-devices');
  await screen.findByRole('link', { name: devices[0]?.attributes.name ?? '' });
  await app.user.click(screen.getByRole('checkbox', { name: 'Select all devices' }));
  return { app, server };
}
const sent = (server: TestServer): unknown[] =>
  server.calls.filter((call) => call.method === 'PATCH').map((call) => (call.body as { data: { attributes: { paused: boolean } } }).data.attributes.paused);

describe('what is done to the selected devices', () => {
  test('paused ones are resumed, and can be paused again', async () => {
    const { app, server } = await selectAll(many(2, { paused: true }));
    expect(bar().queryByRole('button', { name: 'Pause' })).toBeNull();
    await app.user.click(bar().getByRole('button', { name: 'Resume' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Resume 2 devices' }));
    expect(await dialog.findByText('2 devices resumed and polled')).toBeTruthy();
    expect(sent(server)).toEqual([false, false]);
    await app.user.click(dialog.getByRole('button', { name: 'Pause them again' }));
    expect(await dialog.findByText('2 devices paused')).toBeTruthy();
    expect(sent(server)).toEqual([false, false, true, true]);
  });

  test('a test says of each what came of it, and has nothing to undo', async () => {
    const { app, server } = await selectAll(many(3));
    await app.user.click(bar().getByRole('button', { name: 'Test now' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Test 3 devices' }));
    expect(await dialog.findByText('2 devices answered well, 1 failed')).toBeTruthy();
    expect(dialog.getAllByRole('listitem')[0]?.textContent).toBe('Device 01The token is refused.');
    expect(server.calls.filter((call) => call.path.endsWith('/test'))).toHaveLength(3);
    expect(dialog.queryByRole('button', { name: /them/ })).toBeNull();
  });

  test('a pause of twenty is asked about, of nineteen it is not', async () => {
    const { app, server } = await selectAll(many(20));
    await app.user.click(bar().getByRole('button', { name: 'Pause' }));
    let dialog = within(await screen.findByRole('dialog', { name: 'Pause 20 devices' }));
    expect(dialog.getByText(/^Picket stops reading from 20 devices/)).toBeTruthy();
    await app.user.click(dialog.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(sent(server)).toEqual([]);
    await app.user.click(screen.getByRole('checkbox', { name: 'Select Device 07' }));
    await app.user.click(bar().getByRole('button', { name: 'Pause' }));
    dialog = within(await screen.findByRole('dialog', { name: 'Pause 19 devices' }));
    expect(await dialog.findByText('19 devices paused')).toBeTruthy();
    expect(sent(server)).toHaveLength(19);
  });

  test('stopping leaves the rest alone, and what was paused can be resumed', async () => {
    const devices = many(8);
    const { app, server } = await selectAll(devices);
    const held: (() => void)[] = [];
    for (const { id, attributes } of devices) {
      server.on(`PATCH /api/v2/security_devices/${id}`, async (call) => {
        const { paused } = (call.body as { data: { attributes: { paused: boolean } } }).data.attributes;
        if (paused) await new Promise<void>((go) => { held.push(go); });
        return { body: { data: makeDevice(id, attributes.name, { paused }, 2) } };
      });
    }
    await app.user.click(bar().getByRole('button', { name: 'Pause' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Pause 8 devices' }));
    await waitFor(() => { expect(held).toHaveLength(4); });
    await app.user.click(dialog.getByRole('button', { name: 'Stop' }));
    for (const go of held) go();
    expect(await dialog.findByText('4 devices paused, 4 left alone')).toBeTruthy();
    await app.user.click(dialog.getByRole('button', { name: 'Resume them' }));
    expect(await dialog.findByText('4 devices resumed and polled')).toBeTruthy();
    expect(sent(server)).toEqual([true, true, true, true, false, false, false, false]);
  });
});

describe('export', () => {
  const files: { name: string; blob: Blob }[] = [];
  beforeEach(() => {
    files.length = 0;
    let made: Blob = new Blob();
    Object.assign(URL, { createObjectURL: (blob: Blob) => ((made = blob), 'blob:x'), revokeObjectURL: () => undefined });
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      files.push({ name: this.download, blob: made });
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const textOf = (blob: Blob): Promise<string> =>
    new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => { done(String(reader.result)); };
      reader.readAsText(blob);
    });

  test('of the list: what is shown, in its order, as a table or as the API gives it', async () => {
    signedIn([makeDevice('a', 'Alpha'), makeDevice('b', 'Beta'), makeDevice('c', 'Gamma', { location: 'Bergen' })]);
    const app = openAt('/settings/security-devices?sort=-name&location=Oslo');
    await screen.findByRole('link', { name: 'Alpha' });
    await app.user.click(screen.getByRole('button', { name: 'Export the devices shown' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'As a table (CSV)' }));
    expect(files[0]?.name).toMatch(/^picket-security-devices-\d{4}-\d\d-\d\d\.csv$/);
    expect(files[0]?.blob.type).toMatch(/^text\/csv/);
    const rows = (await textOf(files[0]?.blob ?? new Blob())).trim().split('\r\n');
    expect(rows.map((row) => row.split(',').slice(0, 2).join(' ').replace('\ufeff', ''))).toEqual(['id name', 'b Beta', 'a Alpha']);
    expect(await screen.findByText(/\.csv is saved with 2 devices\.$/)).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Export the devices shown' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'As the API gives it (JSON)' }));
    const json = JSON.parse(await textOf(files[1]?.blob ?? new Blob())) as { name: string }[];
    expect(json.map((one) => one.name)).toEqual(['Beta', 'Alpha']);
  });

  test('of the selected ones: only those', async () => {
    const { app } = await selectAll(many(3));
    await app.user.click(screen.getByRole('checkbox', { name: 'Select Device 01' }));
    await app.user.click(bar().getByRole('button', { name: 'Export' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'As the API gives it (JSON)' }));
    const json = JSON.parse(await textOf(files[0]?.blob ?? new Blob())) as { id: string }[];
    expect(json.map((one) => one.id)).toEqual(['d0', 'd2']);
  });
});

describe('order', () => {
  const base = makeDevice('x', 'x').attributes;
  const at = (day: number): string => `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`;
  const saying = (level: 'ok' | 'error' | 'warning', sentence: string): Partial<Device['attributes']> => ({
    status_details: { level, code: 'receiving', sentence, since: at(1), streams: [] },
  });
  const ending = (expires_at: string | null): Partial<Device['attributes']> => ({ credential: base.credential && { ...base.credential, expires_at } });
  /** The values of three devices in the order that sorting upwards must give them. */
  const upwards: Record<Exclude<ColumnKey, 'name'>, Partial<Device['attributes']>[]> = {
    technology: [{ plugin_slug: 'a' }, { plugin_slug: 'b' }, { plugin_slug: 'c' }],
    location: [{ location: 'Bergen' }, { location: 'Floor 2' }, { location: 'Floor 10' }],
    status: [saying('error', ''), saying('warning', ''), saying('ok', '')],
    reason: [saying('ok', 'Connected.'), saying('ok', 'Receiving.'), saying('ok', 'Silent.')],
    poll: [{ last_successful_poll_at: null }, { last_successful_poll_at: at(2) }, { last_successful_poll_at: at(9) }],
    data: [{ last_data_received_at: null }, { last_data_received_at: at(2) }, { last_data_received_at: at(9) }],
    newest: [{ newest_event_at: null }, { newest_event_at: at(2) }, { newest_event_at: at(9) }],
    next: [{ next_poll_at: null }, { next_poll_at: at(2) }, { next_poll_at: at(9) }],
    expires: [ending(at(2)), ending(at(9)), ending(null)],
    added: [{ created_at: at(1) }, { created_at: at(2) }, { created_at: at(9) }],
    events: [{ events_24h: 2 }, { events_24h: 10 }, { events_24h: 300 }],
    usual: [{ usual_24h: null }, { usual_24h: 0 }, { usual_24h: 12.5 }],
    stored: [{ bytes_total: 9 }, { bytes_total: 80 }, { bytes_total: 700 }],
  };

  test.each(columnKeys.filter((key) => key !== 'name'))('by %s', (key) => {
    // The names run against it, so that they cannot be what it is sorted by.
    const [low, middle, high] = upwards[key].map((over, n) => makeDevice(String(n), `Name ${String(9 - n)}`, over));
    if (!low || !middle || !high) throw new Error('three are needed');
    const devices = new Map([high, low, middle].map((device) => [device.id, device]));
    const ids = (descending: boolean): string => sortDevices(devices, { key, descending }, (slug) => slug).map((device) => device.id).join('');
    expect(ids(false)).toBe('012');
    expect(ids(true)).toBe('210');
  });

  test('a click on each head sorts by it, another the other way, and the head says so', async () => {
    signedIn(many(2));
    const app = openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Device 00' });
    for (const [title, key] of [['Technology', 'technology'], ['Location', 'location'], ['Status', 'status'], ['Last successful poll', 'poll'], ['Last data received', 'data'], ['Events in 24 h', 'events']]) {
      const head = () => screen.getByRole('columnheader', { name: title ?? '' });
      await app.user.click(within(head()).getByRole('button'));
      await waitFor(() => { expect(app.address()).toMatch(new RegExp(`sort=${key ?? ''}$`)); });
      expect(head().getAttribute('aria-sort')).toBe('ascending');
      await app.user.click(within(head()).getByRole('button'));
      await waitFor(() => { expect(app.address()).toMatch(new RegExp(`sort=-${key ?? ''}$`)); });
      expect(head().getAttribute('aria-sort')).toBe('descending');
    }
  });
});

describe('the reason of a status', () => {
  const sentence = 'Not authorised since 09:12.';
  async function open(): Promise<TestApp> {
    signedIn([makeDevice('a', 'Alpha', { status: 'unhealthy', status_details: { level: 'error', code: 'unauthorized', sentence, since: '2026-11-22T09:12:00Z', streams: [] } })]);
    const app = openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    return app;
  }

  test('is said over it with the mouse, and goes with it', async () => {
    const app = await open();
    await app.user.hover(screen.getByText('Unhealthy'));
    const card = await screen.findByRole('tooltip');
    expect(card.textContent).toContain(sentence);
    expect(screen.getByRole('link', { name: 'Alpha' }).getAttribute('aria-describedby')).toBe(card.id);
    await app.user.hover(screen.getByText('Oslo'));
    await waitFor(() => { expect(screen.queryByRole('tooltip')).toBeNull(); });
    expect(screen.getByRole('link', { name: 'Alpha' }).hasAttribute('aria-describedby')).toBe(false);
  });

  test('is said to the keyboard in its row, as what describes the name; Esc sends it away', async () => {
    const app = await open();
    await app.user.keyboard('j');
    const card = await screen.findByRole('tooltip');
    expect(card.textContent).toContain(sentence);
    expect(document.activeElement?.getAttribute('aria-describedby')).toBe(card.id);
    await app.user.keyboard('{Escape}');
    await waitFor(() => { expect(screen.queryByRole('tooltip')).toBeNull(); });
  });
});
