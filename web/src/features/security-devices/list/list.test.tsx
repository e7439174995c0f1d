import { act, screen, waitFor, within } from '@testing-library/react';
import { quoted } from '@/ui/announce';
import { describe, expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { leadsTo, makeDevice, makeStream, problem, signedIn } from '@/test/server';
import { rowNames, three } from '@/test/devices';
import { FakeEventSource } from '@/test/setup';
import { nothingText } from './DeviceList';

test('a broken address is told in one line a part, until the view is changed', async () => {
  signedIn(three());
  const app = openAt('/settings/security-devices?sort=-shoe_size&status=%3Cscript%3E&q=alp');
  await screen.findByRole('link', { name: 'Alpha' });
  const notice = screen.getByText('Part of this address could not be read').closest('[role="status"]');
  expect(notice?.textContent).toContain('Sort “-shoe_size”: there is no such column; sorted by name.');
  expect(notice?.textContent).toContain('Status “<script>”');
  expect(app.address()).toBe('/settings/security-devices?q=alp');
  await app.user.click(screen.getByRole('button', { name: 'Clear search' }));
  await waitFor(() => expect(screen.queryByText('Part of this address could not be read')).toBeNull());
});

test('what is stored and usual can be shown', async () => {
  signedIn([makeDevice('a', 'Alpha', { bytes_total: 48_210_000, usual_24h: 2310.4 }), makeDevice('b', 'Beta')]);
  openAt('/settings/security-devices?columns=name,stored,usual');
  await screen.findByRole('link', { name: 'Alpha' });
  expect(screen.getAllByRole('columnheader').map((cell) => cell.textContent)).toEqual(['Name', 'Usual in 24 h', 'Stored']);
  const [alpha, beta] = screen.getAllByRole('row').slice(1).map((row) => within(row).getAllByRole('cell').map((cell) => cell.textContent));
  expect(alpha).toEqual(['2,310', '48 MB']);
  expect(beta).toEqual(['not known yet', '4.1 kB']);
});

describe('the list', () => {
  test('is a table with the columns of the contract', async () => {
    signedIn(three());
    openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    expect(screen.getAllByRole('columnheader').map((cell) => cell.textContent)).toEqual([
      'Name',
      'Technology',
      'Location',
      'Status',
      'Reason',
      'Last successful poll',
      'Last data received',
      'Events in 24 h',
    ]);
    expect(screen.getByText('3 devices')).toBeTruthy();
    expect(screen.getAllByText('Healthy')).toHaveLength(3);
  });

  test('an empty one leads to adding', async () => {
    signedIn([]);
    const app = openAt('/settings/security-devices');
    await screen.findByText('No security devices yet');
    await app.user.click(screen.getAllByRole('button', { name: 'Add Security Device' })[0] as HTMLElement);
    expect(await screen.findByLabelText('Search technology')).toBeTruthy();
  });

  test('a failure offers another try', async () => {
    const server = signedIn(three());
    const answer = { status: 500, body: problem('500', 'internal', 'The store is closed.') };
    server.on('GET /api/v2/security_devices', answer);
    const app = openAt('/settings/security-devices');
    expect(await screen.findByText('The store is closed.')).toBeTruthy();
    server.on('GET /api/v2/security_devices', { body: { data: three(), meta: { page: { total: 3 } } } });
    await app.user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: 'Beta' })).toBeTruthy();
  });

  test('asks for the rest in large pages and shows only the rows in view', async () => {
    const many = Array.from({ length: 2500 }, (_, i) => makeDevice(`id${String(i)}`, `Device ${String(i).padStart(4, '0')}`));
    const server = signedIn(many);
    openAt('/settings/security-devices');
    await screen.findByText('2,500 devices', {}, { timeout: 15_000 });
    await waitFor(() => {
      expect(server.asked('GET /api/v2/security_devices').map((call) => call.query.get('page[limit]'))).toEqual([
        '50',
        '1000',
        '1000',
        '1000',
      ]);
    });
    await waitFor(() => {
      expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('2501');
    });
    expect(screen.getAllByRole('rowheader').length).toBeLessThan(60);
  });

  test('a broken address shows the plain list', async () => {
    signedIn(three());
    openAt('/settings/security-devices?status=splendid&sort=-shoes');
    await screen.findByRole('link', { name: 'Alpha' });
    expect(rowNames()).toEqual(['Alpha', 'Beta', 'Gamma']);
    expect(screen.getByText('3 devices')).toBeTruthy();
  });

  test('search, filter and sort live in the address', async () => {
    const devices = three();
    const bad = makeDevice('z', 'Zeta', { status: 'unhealthy', status_details: null });
    signedIn([...devices, bad]);
    const app = openAt('/settings/security-devices?sort=-name');
    await screen.findByRole('link', { name: 'Alpha' });
    expect(rowNames()).toEqual(['Zeta', 'Gamma', 'Beta', 'Alpha']);
    await app.user.keyboard('f');
    const add = await screen.findByRole('dialog', { name: 'Filter' });
    await app.user.click(within(add).getByRole('button', { name: 'Status' }));
    await app.user.click(within(add).getByRole('checkbox', { name: /Unhealthy/ }));
    await waitFor(() => { expect(rowNames()).toEqual(['Zeta']); });
    expect(app.address()).toContain('status=unhealthy');
    await app.user.click(within(add).getByRole('button', { name: 'is not' }));
    await waitFor(() => { expect(rowNames()).toEqual(['Gamma', 'Beta', 'Alpha']); });
    await app.user.keyboard('{Escape}');
    const chips = screen.getByRole('group', { name: 'Filters' });
    expect(within(chips).getByTitle('Status is not Unhealthy. Change it')).toBeTruthy();
    await app.user.click(within(chips).getByRole('button', { name: 'Remove filter: Status is not Unhealthy' }));
    await waitFor(() => { expect(rowNames()).toHaveLength(4); });
    await app.user.keyboard('{Escape}');
    act(() => { (document.activeElement as HTMLElement).blur(); });
    await app.user.keyboard('/');
    expect(document.activeElement).toBe(screen.getByLabelText('Search devices'));
    await app.user.keyboard('a');
    await waitFor(() => { expect(app.address()).toContain('q=a'); });
    // Whoever types slowly types on in the same field.
    await app.user.keyboard('{Backspace}gam');
    await waitFor(() => { expect(rowNames()).toEqual(['Gamma']); });
    expect(app.address()).toContain('q=gam');
    await app.user.click(screen.getByRole('button', { name: 'Clear search' }));
    await app.user.click(screen.getByRole('button', { name: 'Name' }));
    await waitFor(() => { expect(rowNames()).toEqual(['Alpha', 'Beta', 'Gamma', 'Zeta']); });
    expect(app.address()).not.toContain('sort');
  });
});

test('the events of a row lead to themselves, and do not open the panel', async () => {
  signedIn(three());
  const app = openAt('/settings/security-devices');
  const link = await screen.findByRole('link', { name: '15 events of Alpha in 24 hours, show them' });
  expect(link.getAttribute('href')).toBe('/events?device=a&range=24h');
  await app.user.click(link);
  await waitFor(() => { expect(app.address()).toMatch(/^\/events\?.*device=a/); });
  expect(screen.queryByRole('complementary')).toBeNull();
});

describe('live', () => {
  const open = async () => {
    signedIn(three());
    const app = openAt('/settings/security-devices?sort=status');
    await screen.findByRole('link', { name: 'Alpha' });
    act(() => { FakeEventSource.latest().open(); });
    return app;
  };

  test('a device that gets worse says so and stays where it is', async () => {
    await open();
    const worse = makeDevice('c', 'Gamma', {
      status: 'unhealthy',
      status_details: { level: 'error', code: 'unauthorized', sentence: 'No.', since: '2026-11-22T10:00:00.000Z', streams: [] },
    }, 2);
    act(() => { FakeEventSource.latest().say('change', { type: 'security_devices', id: 'c', deleted: false, data: worse }); });
    expect(await screen.findByText('Unhealthy')).toBeTruthy();
    expect(rowNames()).toEqual(['Alpha', 'Beta', 'Gamma']);
  });

  test('a new device joins at the end and a pill sorts it in', async () => {
    const app = await open();
    const fresh = makeDevice('n', 'Aardvark');
    act(() => { FakeEventSource.latest().say('change', { type: 'security_devices', id: 'n', deleted: false, data: fresh }); });
    await screen.findByRole('link', { name: 'Aardvark' });
    expect(rowNames()).toEqual(['Alpha', 'Beta', 'Gamma', 'Aardvark']);
    await app.user.click(screen.getByRole('button', { name: '1 new' }));
    expect(rowNames()).toEqual(['Aardvark', 'Alpha', 'Beta', 'Gamma']);
  });

  test('events count up, a stream at a time', async () => {
    await open();
    act(() => { FakeEventSource.latest().say('events', { security_device_id: 'a', stream: 'itemusages', new: 3, events_total: 8, events_24h: 8, events_unreadable: 0 }); });
    const row = screen.getByRole('link', { name: 'Alpha' }).closest('tr') as HTMLElement;
    await waitFor(() => expect(within(row).getByText('18')).toBeTruthy());
  });

  test('a deleted device is struck out in place', async () => {
    await open();
    act(() => { FakeEventSource.latest().say('change', { type: 'security_devices', id: 'b', deleted: true, data: null }); });
    expect(await screen.findByText('Deleted')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Actions for Beta' })).toBeNull();
    expect(rowNames()).toEqual(['Alpha', 'Beta', 'Gamma']);
  });
});

describe('the panel', () => {
  test('stands beside the list, walks it, and closes with Esc', async () => {
    signedIn(three());
    const app = openAt('/settings/security-devices');
    await app.user.click(await screen.findByRole('button', { name: 'Actions for Alpha' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'View details' }));
    const panel = await screen.findByRole('complementary', { name: 'Alpha' });
    expect(app.address()).toBe('/settings/security-devices/a');
    for (const name of ['Device Health', 'Information', 'History']) {
      expect(await within(panel).findByRole('heading', { name })).toBeTruthy();
    }
    expect(within(panel).getByText('1 of 3')).toBeTruthy();
    expect(within(panel).getByRole('button', { name: 'Previous device' })).toHaveProperty('disabled', true);
    await app.user.click(within(panel).getByRole('button', { name: 'Next device' }));
    expect(await screen.findByRole('complementary', { name: 'Beta' })).toBeTruthy();
    await app.user.keyboard(']');
    expect(await screen.findByRole('complementary', { name: 'Gamma' })).toBeTruthy();
    await app.user.keyboard('[[');
    expect(await screen.findByRole('complementary', { name: 'Beta' })).toBeTruthy();
    await app.user.keyboard('{Escape}');
    await waitFor(() => { expect(screen.queryByRole('complementary')).toBeNull(); });
    expect(app.address()).toBe('/settings/security-devices');
  });

  test('shows the clocks of each stream, the backfill, and never the token', async () => {
    const stream = makeStream({
      backfill: { from: '2026-11-01T00:00:00Z', reached: '2026-11-03T00:00:00Z', percent: 62.9, events_per_second: 2210, seconds_left: 240 },
    });
    const device = makeDevice('a', 'Alpha', {
      status_details: { level: 'ok', code: 'backfilling', sentence: 'Reading history: 62 %.', since: '2026-11-22T10:00:00.000Z', streams: [stream] },
    });
    signedIn([device]);
    openAt('/settings/security-devices/a');
    const panel = await screen.findByRole('complementary', { name: 'Alpha' });
    expect(await within(panel).findByText('Reading history: 62 %.')).toBeTruthy();
    expect(await within(panel).findByText('62 %, 2,210 events a second, about 4 min left')).toBeTruthy();
    expect(within(panel).getByRole('progressbar', { name: 'Reading history of Audit events' })).toBeTruthy();
    await waitFor(() => { expect(panel.textContent).toContain('ends in x9Qk'); });
    expect(await within(panel).findAllByRole('link', { name: 'Ana Ruiz' })).toHaveLength(2);
  });

  test('a device that is gone is said so', async () => {
    signedIn([]);
    openAt('/settings/security-devices/nothing');
    expect(await screen.findByText('This device does not exist')).toBeTruthy();
  });

  test('a history entry says what, who and when, and opens', async () => {
    signedIn([makeDevice('a', 'Alpha')]).on('GET /api/v2/security_device_histories', {
      body: {
        data: [
          {
            type: 'security_device_histories',
            id: 'h1',
            attributes: {
              action: 'UPDATED',
              created_at: '2026-11-01T10:00:00.000Z',
              value: { kind: 'settings', sentence: 'Location changed', before: { location: 'Oslo' }, after: { location: 'Bergen' } },
            },
            relationships: { created_by: leadsTo('actors', 'a0') },
          },
        ],
        included: [{ type: 'actors', id: 'a0', attributes: { display_name: 'Picket' } }],
        meta: { page: { total: 1 } },
      },
    });
    const app = openAt('/settings/security-devices/a');
    const entry = (await screen.findByText('Location changed from \u2068Oslo\u2069 to \u2068Bergen\u2069')).closest('li') as HTMLElement;
    expect(entry.textContent).toContain('Picket');
    await app.user.click(within(entry).getByText('Before and after'));
    expect(within(entry).getByRole('row', { name: 'Location Oslo Bergen' })).toBeTruthy();
  });
});

test('columns are chosen, stand in the address, and can be kept', async () => {
  const account = { data: { type: 'user_accounts', id: 'u1', attributes: { preferences: { theme: 'dark' } } } };
  const server = signedIn(three())
    .on('GET /api/v2/user_accounts/u1', { body: account, headers: { etag: '"4"' } })
    .on('PATCH /api/v2/user_accounts/u1', { body: account });
  const app = openAt('/settings/security-devices');
  await screen.findByRole('link', { name: 'Alpha' });
  await app.user.click(screen.getByRole('button', { name: 'Columns' }));
  const dialog = await screen.findByRole('dialog', { name: 'Columns' });
  await app.user.click(within(dialog).getByRole('checkbox', { name: 'Location' }));
  await app.user.click(within(dialog).getByRole('checkbox', { name: 'Technology' }));
  await app.user.click(within(dialog).getByRole('checkbox', { name: 'Added' }));
  await waitFor(() => {
    expect(screen.getAllByRole('columnheader').map((one) => one.textContent)).toEqual([
      'Name', 'Status', 'Reason', 'Last successful poll', 'Last data received', 'Added', 'Events in 24 h',
    ]);
  });
  expect(decodeURIComponent(app.address())).toContain('columns=name,status,reason,poll,data,added,events');
  await app.user.click(within(dialog).getByRole('button', { name: 'Save as default' }));
  await waitFor(() => { expect(app.address()).not.toContain('columns'); });
  const patch = server.asked('PATCH /api/v2/user_accounts/u1')[0];
  expect(patch?.headers.get('if-match')).toBe('"4"');
  expect(patch?.body).toMatchObject({
    data: { attributes: { preferences: { theme: 'dark', columns: { 'security-devices': ['name', 'status', 'reason', 'poll', 'data', 'added', 'events'] } } } },
  });
  expect(screen.getAllByRole('columnheader').map((one) => one.textContent)).toContain('Added');
});

test('columns that have no room are told, and which', async () => {
  signedIn(three());
  const app = openAt('/settings/security-devices?columns=technology,location,status,reason,poll,data,newest,next,expires,added,events');
  await screen.findByRole('link', { name: 'Alpha' });
  const shown = screen.getAllByRole('columnheader').length;
  expect(shown).toBeLessThan(12);
  const button = screen.getByRole('button', { name: `Columns ${String(shown)} shown, ${String(12 - shown)} hidden` });
  // What is seen is what is heard, or nobody can ask for it by voice.
  expect(button.textContent).toBe(`Columns ${String(shown)} shown, ${String(12 - shown)} hidden`);
  await app.user.click(button);
  const dialog = within(await screen.findByRole('dialog', { name: /^Columns/ }));
  expect(dialog.getByText(`${String(12 - shown)} of 12 columns do not fit. Widen the window or untick others.`)).toBeTruthy();
  expect(dialog.getAllByText('no room')).toHaveLength(12 - shown);
  await app.user.click(dialog.getByRole('checkbox', { name: 'Reason' }));
  for (const name of [/^Added/, /^Next poll/, /^Token expiry/]) if (dialog.queryAllByText('no room').length > 0) await app.user.click(dialog.getByRole('checkbox', { name }));
  await waitFor(() => { expect(button.textContent.trim()).toBe('Columns'); });
  expect(dialog.queryByText(/do(es)? not fit/)).toBeNull();
});

test('a status that no device has is said in its own words', () => {
  expect(nothingText({ status: 'verifying' }).title).toBe('No device is verifying');
  expect(nothingText({ status: 'attention' }).title).toBe('No device needs attention');
  expect(nothingText({ status: '!healthy' }).title).toBe('No device matches');
  expect(nothingText({ status: 'verifying,paused' }).title).toBe('No device matches');
  expect(nothingText({ status: 'verifying', q: 'x' })).toEqual({ title: 'No device matches', text: 'Search looks at name, location, technology and GUID.' });
  expect(nothingText({ location: 'Oslo' }).text).not.toContain('Search');
});

test('the reason begins with the fault, where a row cuts it', async () => {
  const device = makeDevice('a', 'Alpha');
  const sentence = 'Receiving item usage events. Audit events: 1Password asked to wait until 09:03 UTC.';
  const details = device.attributes.status_details;
  const [stream] = details?.streams ?? [];
  if (!details || !stream) throw new Error('no stream');
  const streams = [
    { ...stream, level: 'ok' as const, title: 'Item usage', sentence: 'Receiving.' },
    { ...stream, level: 'warning' as const, title: 'Audit events', sentence: '1Password asked to wait until 09:03 UTC.' },
  ];
  device.attributes.status_details = { ...details, level: 'warning', code: 'rate_limited', sentence, streams };
  signedIn([device]);
  openAt('/settings/security-devices?columns=reason');
  // Late in the evening that is tomorrow, and its day is told.
  const cell = await screen.findByTitle(/^Receiving item usage events\..* until ([A-Z][a-z]{2} )?09:03\.$/);
  expect(cell.textContent).toMatch(/^Audit events: 1Password asked/);
});

test('a view is saved under a name, opened again and deleted', async () => {
  let preferences: unknown = { time_zone: 'Europe/Oslo' };
  const server = signedIn(three())
    .on('GET /api/v2/user_accounts/u1', () => ({ body: { data: { attributes: { preferences } } }, headers: { etag: '"1"' } }))
    .on('PATCH /api/v2/user_accounts/u1', (call) => {
      ({ preferences } = (call.body as { data: { attributes: { preferences: unknown } } }).data.attributes);
      return { body: {} };
    });
  const app = openAt('/settings/security-devices?status=unhealthy&sort=-events');
  await app.user.click(await screen.findByRole('button', { name: 'Saved views' }));
  await app.user.type(await screen.findByLabelText('Save what is shown as'), 'Broken');
  await app.user.click(screen.getByRole('button', { name: 'Save view' }));
  expect(await screen.findByText(`${quoted('Broken')} is saved.`)).toBeTruthy();
  expect(preferences).toEqual({
    time_zone: 'Europe/Oslo',
    saved_filters: [{ area: 'security-devices', name: 'Broken', search: { status: 'unhealthy', sort: '-events' } }],
  });
  await app.user.click(screen.getByRole('button', { name: 'Remove filter: Status is Unhealthy' }));
  await screen.findByRole('link', { name: 'Alpha' });
  await app.user.click(screen.getByRole('button', { name: 'Saved views' }));
  await app.user.click(await screen.findByRole('button', { name: 'Broken' }));
  await waitFor(() => { expect(app.address()).toContain('status=unhealthy'); });
  await app.user.click(screen.getByRole('button', { name: 'Saved views, Broken is open' }));
  await app.user.click(await screen.findByRole('button', { name: 'Delete view Broken' }));
  expect(await screen.findByText(`${quoted('Broken')} is deleted.`)).toBeTruthy();
  expect(preferences).toEqual({ time_zone: 'Europe/Oslo', saved_filters: [] });
  expect(server.asked('PATCH /api/v2/user_accounts/u1')).toHaveLength(2);
});

test('the hours of the rows in view come in one call', async () => {
  const server = signedIn(three()).on('GET /api/v2/events/counts', {
    body: { data: [{ start: new Date().toISOString(), count: 7, security_device_id: 'a' }], meta: { total: 7 } },
  });
  openAt('/settings/security-devices');
  await screen.findByRole('link', { name: 'Alpha' });
  await waitFor(() => { expect(document.querySelectorAll('[data-col="events"] svg')).toHaveLength(3); });
  const calls = server.asked('GET /api/v2/events/counts');
  expect(calls).toHaveLength(1);
  expect(calls[0]?.query.getAll('filter[security_device][id]')).toEqual(['a', 'b', 'c']);
  expect(calls[0]?.query.get('group')).toBe('security_device');
});

test.each([['status,reason', 'true'], ['status', null]])('with the columns %s the status hides its sentence: %s', async (columns, told) => {
  signedIn(three());
  openAt(`/settings/security-devices?columns=${columns}`);
  await screen.findByRole('link', { name: 'Alpha' });
  expect(screen.getByRole('table').getAttribute('data-told')).toBe(told);
});

test('a filter in the address reads as words, also when the devices come later', async () => {
  const server = signedIn([]);
  let answer: (value: { body: unknown }) => void = () => undefined;
  server.on('GET /api/v2/security_devices', () => new Promise((resolve) => { answer = resolve; }));
  openAt('/settings/security-devices?technology=1password&status=!healthy');
  expect(await screen.findByRole('button', { name: 'Technology is 1Password' })).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Status is not Healthy' })).toBeTruthy();
  answer({ body: { data: three(), meta: { page: { total: 3 } } } });
  await screen.findByText('0 of 3 devices');
});
