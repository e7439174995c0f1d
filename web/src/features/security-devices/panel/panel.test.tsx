import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import type { Poll } from '@/api/types';
import { openAt } from '@/test/app';
import { session } from '@/test/fixtures';
import { ana, leadsTo, makeDevice, makeStream, problem, signedIn, type TestServer } from '@/test/server';
import { FakeEventSource } from '@/test/setup';
import { failureRuns } from './failures';
import { remediesOf } from '@/data/devices/remedies';

const hour = 3_600_000;
const thisHour = Math.floor(Date.now() / hour) * hour;
const at = (hoursAgo: number): string => new Date(thisHour - hoursAgo * hour).toISOString();

const poll = (n: number, over: Partial<Poll['attributes']> = {}): Poll => ({
  type: 'polls',
  id: `p${String(n)}`,
  attributes: {
    stream: 'auditevents',
    started_at: new Date(Date.now() - n * 60_000).toISOString(),
    duration_ms: 120,
    pages: 1,
    events: 4,
    new_events: 4,
    bytes: 2048,
    outcome: 'ok',
    error: null,
    ...over,
  },
  relationships: {},
  meta: { version: 1 },
});
const refused = { outcome: 'unavailable', error: '1Password answers 503.', duration_ms: 900 };

function withNumbers(server: TestServer, polls: Poll[] = [poll(1), poll(2)]): TestServer {
  return server
    .on('GET /api/v2/events/counts', (call) => ({
      body:
        call.query.get('width') === 'hour'
          ? {
              data: [
                { start: at(2), count: 7, stream: 'auditevents' },
                { start: at(1), count: 3, stream: 'itemusages' },
              ],
              meta: { total: 10, width: 'hour' },
            }
          : { data: [{ start: at(0).slice(0, 10) + 'T00:00:00.000Z', count: 4321, stream: 'auditevents' }], meta: { total: 4321, width: 'day' } },
    }))
    .on('GET /api/v2/security_devices/a/detections', {
      body: {
        rules: [
          { id: 'r1', title: 'Vault exported', level: 'high', state: 'running', enabled: true, alerts: true, matches_24h: 1, matches_7d: 5, matches_30d: 7, last_match_at: at(1), tactics: ['exfiltration'] },
          { id: 'r2', title: 'Never yet', level: 'low', state: 'running', enabled: true, alerts: true, matches_24h: 0, matches_7d: 0, matches_30d: 0, last_match_at: null, tactics: ['persistence'] },
        ],
        tactics_watched: ['exfiltration', 'persistence'],
        tactics_blind: ['persistence'],
      },
    })
    .on('GET /api/v2/expel_alerts', { body: { data: [], meta: { page: { total: 2 } } } })
    .on('GET /api/v2/security_devices/a/polls', (call) => {
      const outcome = call.query.get('filter[outcome]');
      const data = polls.filter((one) => outcome === null || one.attributes.outcome === outcome);
      return { body: { data: data.slice(0, Number(call.query.get('page[limit]'))), meta: { page: { total: data.length } } } };
    });
}

const open = async (address = '/settings/security-devices/a') => {
  const app = openAt(address);
  const panel = within(await screen.findByRole('complementary', { name: 'Alpha' }));
  await panel.findByText(/^Every change, newest first/);
  await waitFor(() => { expect(document.querySelector('[data-comes]')).toBeNull(); });
  return { app, panel };
};

describe('device health', () => {
  test('three cards; every count leads to its events', async () => {
    withNumbers(signedIn([makeDevice('a', 'Alpha', { usual_24h: 2310.4, bytes_total: 48_210_000 })]));
    const { panel } = await open();
    for (const name of ['Connection', 'Data', 'Alerts']) expect(panel.getByRole('heading', { name })).toBeTruthy();
    expect(await panel.findByText('120 ms')).toBeTruthy();
    expect(panel.getByRole('link', { name: '15 events in 24 hours, show them' }).getAttribute('href')).toBe('/events?device=a&range=24h');
    expect(panel.getByText('usually 2,310')).toBeTruthy();
    expect(panel.getByText('48 MB')).toBeTruthy();
    const week = await panel.findByRole('link', { name: '4,321 events in 7 days, show them' });
    expect(week.getAttribute('href')).toBe('/events?device=a&range=7d');
    const alerts = within(panel.getByRole('heading', { name: 'Alerts' }).closest('section, div') as HTMLElement);
    fireEvent.click(await alerts.findByRole('button', { name: '5 matches in 7 days, go to the rules of this device' }));
    expect(document.activeElement).toBe(panel.getByRole('heading', { name: 'Detections' }));
    expect(await alerts.findByText('2')).toBeTruthy();
  });

  test('which rules watch it, which of them matched, and what nobody watches while it is down', async () => {
    withNumbers(signedIn([makeDevice('a', 'Alpha')]));
    const { panel } = await open();
    expect(await panel.findByText(/2 rules watch this device/)).toBeTruthy();
    const rules = within(panel.getByRole('table', { name: 'Rules that matched on this device' }));
    expect(rules.getByRole('link', { name: 'Vault exported' }).getAttribute('href')).toBe('/detections/r1');
    expect(rules.queryByText('Never yet')).toBeNull();
    expect(panel.getByText('. Still watched: Exfiltration')).toBeTruthy();
    expect(rules.getAllByRole('columnheader').map((one) => one.textContent)).toEqual(['Rule', '24 h', '7 days', '30 days', 'Last match']);
    expect(rules.getAllByRole('cell').map((one) => one.textContent)).toEqual(['1', '5', '7', '1 h ago']);
    expect(panel.getByText(/^While streams of this device bring nothing, .*: Persistence$/)).toBeTruthy();
  });

  test('each stream has its day beside its clocks, and a way to its events', async () => {
    withNumbers(signedIn([makeDevice('a', 'Alpha')]));
    const { panel } = await open();
    const link = panel.getByRole('link', { name: '10 events of Audit events in 24 hours, show them' });
    expect(link.getAttribute('href')).toBe('/events?device=a&stream=auditevents&range=24h');
    expect(await within(link).findByRole('img', { name: /^7 events in 24 hours, most 7 / })).toBeTruthy();
  });

  test('the charts: a day, then a month; Enter on a bar leads to its events', async () => {
    const server = withNumbers(signedIn([makeDevice('a', 'Alpha')]));
    // In the middle of the hour, so that no test is at its end.
    server.on('GET /auth/v0/session', { body: { ...session, server: { ...session.server, time: new Date(thisHour + hour / 2).toISOString() } } });
    const { app, panel } = await open();
    const bars = await panel.findByRole('slider', { name: 'Bars of Events by hour, last 24 hours' });
    act(() => { bars.focus(); });
    await app.user.keyboard('{Home}{ArrowLeft}{End}{ArrowLeft}{ArrowLeft}');
    expect(bars.getAttribute('aria-valuetext')).toMatch(/: 7 events$/);
    await app.user.click(panel.getByRole('button', { name: '30 days' }));
    expect(await panel.findByRole('slider', { name: 'Bars of Events by day, last 30 days' })).toBeTruthy();
    const asked = server.asked('GET /api/v2/events/counts').filter((call) => call.query.get('group') === 'stream');
    const [first] = asked.filter((call) => call.query.get('width') === 'hour');
    expect(first?.query.get('filter[time]')).toBe(`>=${at(23)}`);
    await app.user.click(panel.getByRole('button', { name: '24 hours' }));
    const again = await panel.findByRole('slider', { name: 'Bars of Events by hour, last 24 hours' });
    act(() => { again.focus(); });
    await app.user.keyboard('{End}{Enter}');
    expect(app.address()).toBe(
      `/events?device=a&range=${encodeURIComponent(`${at(0)}..${new Date(thisHour + hour).toISOString()}`)}`,
    );
  });

  test('polls: failed ones first, told once however often, with the error to copy', async () => {
    const polls = [poll(1), poll(2, refused), poll(3, refused), poll(4), poll(5, { ...refused, error: '<script>alert(1)</script>' })];
    withNumbers(signedIn([makeDevice('a', 'Alpha')]), polls);
    const { app, panel } = await open();
    const failures = within(await panel.findByRole('list', { name: 'Failed polls of Audit events' })).getAllByRole('listitem');
    expect(failures).toHaveLength(2);
    expect(failures[0]?.textContent).toContain('Vendor trouble2 times');
    expect(failures[1]?.textContent).toContain('<script>alert(1)</script>');
    await app.user.click(within(failures[0] as HTMLElement).getByRole('button', { name: 'Copy the error' }));
    expect(await navigator.clipboard.readText()).toMatch(/ to .*, 2 times auditevents: unavailable after 900 ms\n1Password answers 503\.$/);
    expect(panel.getByRole('img', { name: /^The last 5 polls, oldest first: 3 failed, those that worked took 120 ms/ })).toBeTruthy();
    await app.user.click(panel.getByRole('button', { name: 'Show the 2 that worked' }));
    expect(panel.getByRole('table', { name: 'Polls of Audit events that worked' }).querySelectorAll('tbody tr')).toHaveLength(2);
  });

  test('the polls begin with the stream in trouble', async () => {
    const device = makeDevice('a', 'Alpha');
    const streams = [makeStream(), makeStream({ stream: 'itemusages', title: 'Item usage events', level: 'warning', sentence: 'Missing.' })];
    const details = device.attributes.status_details;
    if (details) device.attributes.status_details = { ...details, level: 'warning', streams };
    const server = withNumbers(signedIn([device]));
    const { panel } = await open();
    expect(panel.getByRole('button', { name: 'Item usage events' }).getAttribute('aria-pressed')).toBe('true');
    await waitFor(() => {
      expect(server.asked('GET /api/v2/security_devices/a/polls').map((call) => call.query.get('filter[stream]'))).toContain('itemusages');
    });
    expect(panel.getByText('Missing.')).toBeTruthy();
  });

  test('what the token allows, what it leaves out, and when it ends', async () => {
    const device = makeDevice('a', 'Alpha');
    const { credential } = device.attributes;
    const soon = new Date(Date.now() + 12.5 * 24 * hour).toISOString();
    if (credential) device.attributes.credential = { ...credential, features: ['auditevents'], expires_at: soon };
    withNumbers(signedIn([device]));
    const { panel } = await open();
    const list = panel.getByText('The token allows').parentElement?.parentElement as HTMLElement;
    expect(list.textContent).toContain('Audit events');
    expect(list.textContent).toContain('Item usage events: not included');
    expect(list.textContent).toContain('(in 12 days)');
  });

  test('a token that has ended says how long ago, wherever its end stands', async () => {
    const device = makeDevice('a', 'Alpha');
    const { credential } = device.attributes;
    if (credential) device.attributes.credential = { ...credential, expires_at: new Date(Date.now() - 3.5 * 24 * hour).toISOString() };
    withNumbers(signedIn([device]));
    const { panel } = await open();
    expect((panel.getByText('The token allows').parentElement?.parentElement as HTMLElement).textContent).toMatch(/Expired \d+ \w+ \d{4} \(3 days ago\)/);
    expect(panel.getAllByText(/\(3 days ago\)$/)).toHaveLength(3);
  });

  test('a token that the vendor refuses, or has not answered to yet, has no ticks and no end that it would not keep', async () => {
    const device = makeDevice('a', 'Alpha');
    const details = device.attributes.status_details;
    if (details) device.attributes.status_details = { ...details, level: 'error', code: 'unauthorized', sentence: 'Not authorised.' };
    withNumbers(signedIn([device]));
    const { panel } = await open();
    expect(panel.queryByText('The token allows')).toBeNull();
    const line = panel.getByText('The token was issued for').parentElement?.parentElement as HTMLElement;
    expect(line.textContent).toContain('Audit events');
    expect(line.querySelectorAll('svg')).toHaveLength(0);
    expect(line.textContent).not.toMatch(/end|expire/i);
    expect(panel.getAllByText('not known')).toHaveLength(2);
  });

  test('a token without an expiry never expires', async () => {
    withNumbers(signedIn([makeDevice('a', 'Alpha')]));
    const { panel } = await open();
    const line = panel.getByText('The token allows').parentElement?.parentElement as HTMLElement;
    expect(line.querySelectorAll('svg')).toHaveLength(2);
    expect(line.textContent).toContain('Never expires (no expiry in the token)');
    expect(panel.getAllByText('Token expiry').map((one) => one.closest('div')?.textContent)).toEqual(['Token expirynever', 'Token expirynever']);
  });

  test('a stream that the vendor asked to wait says until when; the card says when the first of them is asked', async () => {
    const later = new Date(Date.now() + 14.5 * 60_000).toISOString();
    const device = makeDevice('a', 'Alpha', { next_poll_at: later });
    const details = device.attributes.status_details;
    const waits = makeStream({ level: 'warning', code: 'rate_limited', sentence: '1Password asked to wait.', next_poll_at: later });
    if (details) device.attributes.status_details = { ...details, streams: [waits, makeStream({ stream: 'itemusages', title: 'Item usage events', next_poll_at: new Date(Date.now() + 45_000).toISOString() })] };
    withNumbers(signedIn([device]));
    const { panel } = await open();
    const table = panel.getByRole('table', { name: 'Streams of this device' });
    expect(table.textContent).toMatch(/next in 1[3-6] min/);
    expect(table.textContent.match(/next /g)).toHaveLength(1);
    expect(panel.getByText('Next poll').closest('div')?.textContent).toMatch(/in (\d\d s|[12] min)$/);
  });

  test('when the token was stored is only told where it came later than the device', async () => {
    const early = makeDevice('a', 'Alpha', { created_at: '2026-11-01T10:00:00.000Z' });
    withNumbers(signedIn([early]));
    const { panel } = await open();
    expect(panel.queryByText('Token stored')).toBeNull();
  });

  test('when the token was replaced is told', async () => {
    withNumbers(signedIn([makeDevice('a', 'Alpha', { created_at: '2026-10-01T10:00:00.000Z' })]));
    const { panel } = await open();
    expect(panel.getByText('Token stored')).toBeTruthy();
  });

  test('what all streams suffer from is told once, however often each has tried', async () => {
    const device = makeDevice('a', 'Alpha');
    const details = device.attributes.status_details;
    const broken = (tries: number) => ({
      level: 'error' as const, code: 'protocol', sentence: `No page. Failing since 09:00 UTC (${String(tries)} tries).`,
      last_error: { code: 'protocol', message: 'No page.', at: at(1) },
    });
    const streams = [makeStream(broken(7)), makeStream({ ...broken(8), stream: 'itemusages', title: 'Item usage events' })];
    if (details) device.attributes.status_details = { ...details, level: 'error', code: 'protocol', sentence: broken(7).sentence, streams };
    withNumbers(signedIn([device]));
    const { panel } = await open();
    expect(panel.getAllByText(/Failing since/)).toHaveLength(1);
  });

  test('name and status stand in the bar while the heading is scrolled away, for the eye alone', async () => {
    const seen: ((away: boolean) => void)[] = [];
    vi.stubGlobal('IntersectionObserver', class {
      private readonly tell: (entries: unknown[]) => void;
      constructor(tell: (entries: unknown[]) => void) { this.tell = tell; }
      observe(element: Element) {
        if (element.querySelector('h2')) seen.push((away) => { this.tell([{ isIntersecting: !away }]); });
      }
      disconnect() { /* nothing to end */ }
    });
    withNumbers(signedIn([makeDevice('a', 'Alpha')]));
    const { panel } = await open();
    const names = (): number => panel.getAllByText('Alpha').length;
    const before = names();
    act(() => { seen.at(-1)?.(true); });
    expect(names()).toBe(before + 1);
    expect(panel.getAllByRole('heading', { name: 'Alpha' })).toHaveLength(1);
    act(() => { seen.at(-1)?.(false); });
    expect(names()).toBe(before);
    Reflect.deleteProperty(window, 'IntersectionObserver');
  });

  test('an error that all streams share is told once', async () => {
    const device = makeDevice('a', 'Alpha');
    const details = device.attributes.status_details;
    const last_error = { code: 'connect', message: 'connection timed out', at: at(1) };
    const broken = { level: 'error' as const, sentence: 'Not reachable.', last_error };
    const streams = [makeStream(broken), makeStream({ ...broken, stream: 'itemusages', title: 'Item usage events' })];
    if (details) device.attributes.status_details = { ...details, level: 'error', sentence: 'Not reachable.', streams };
    withNumbers(signedIn([device]));
    const { panel } = await open();
    const table = within(panel.getByRole('table', { name: 'Streams of this device' }));
    expect(table.getAllByText('connection timed out')).toHaveLength(1);
    expect(table.getByRole('button', { name: 'Copy the last error of all streams' })).toBeTruthy();
  });

  test('numbers that cannot be had are said to be missing; the rest stands', async () => {
    const refusal = { status: 503, body: problem('503', 'busy', 'Too much at once.') };
    signedIn([makeDevice('a', 'Alpha')])
      .on('GET /api/v2/events/counts', refusal)
      .on('GET /api/v2/security_devices/a/polls', refusal)
      .on('GET /api/v2/security_devices/a/detections', refusal)
      .on('GET /api/v2/expel_alerts', refusal);
    const { panel } = await open();
    expect(await panel.findByText('The rules could not be loaded: Too much at once.')).toBeTruthy();
    expect(panel.getAllByText('could not be counted')).toHaveLength(3);
    expect(await panel.findByText('The polls could not be loaded')).toBeTruthy();
    expect(await panel.findByRole('heading', { name: 'The events could not be counted', level: 4 })).toBeTruthy();
    // What failed does not look as if it were still on its way.
    expect(panel.getByRole('table', { name: 'Streams of this device' }).querySelector('[class*="skeleton"]')).toBeNull();
    expect(panel.getAllByTitle('The hours could not be counted: Too much at once.').length).toBeGreaterThan(0);
    expect(panel.getByText('Receiving. Newest event 40 s ago.')).toBeTruthy();
  });
});

test('the section that an address asks for is the one that is lit, though it cannot reach the top', async () => {
  withNumbers(signedIn([makeDevice('a', 'Alpha')]));
  const { panel } = await open('/settings/security-devices/a#history-title');
  const bar = within(panel.getByRole('navigation', { name: 'Sections of this device' }));
  await waitFor(() => { expect(bar.getByRole('button', { name: 'History' }).getAttribute('aria-current')).toBe('true'); });
  expect(bar.getByRole('button', { name: 'Health' }).getAttribute('aria-current')).toBeNull();
});

test('a deleted device is not shown as alive: who deleted it, and nothing of what is no more', async () => {
  const deletedAt = new Date(Date.now() - 2.5 * hour).toISOString();
  const row = {
    type: 'security_device_histories', id: 'h9', meta: { version: 1 },
    attributes: { action: 'DELETED', created_at: deletedAt, value: { kind: 'deleted', sentence: 'Alpha was deleted', before: { name: 'Alpha' }, after: null } },
    relationships: { created_by: leadsTo('actors', 'a1'), security_device: leadsTo('security_devices', 'a') },
  };
  withNumbers(signedIn([makeDevice('a', 'Alpha', { deleted_at: deletedAt })]))
    .on('GET /api/v2/security_device_histories', { body: { data: [row], included: [ana], meta: { page: { total: 1 } } } });
  const { panel } = await open();
  expect(await panel.findByText('Ana Ruiz', { selector: 'bdi' })).toBeTruthy();
  expect(panel.getByText(/^Deleted by/).textContent).toBe('Deleted by Ana Ruiz 2 h ago');
  expect(panel.queryByText('Next poll')).toBeNull();
  expect(panel.queryByText('Token expiry')).toBeNull();
  expect(panel.queryByText(/stored in the vault/)).toBeNull();
  expect(panel.queryByRole('table', { name: 'Streams of this device' })).toBeNull();
});

describe('what a person can do about it', () => {
  const inState = (code: string, over = {}) => {
    const device = makeDevice('a', 'Alpha', over);
    const details = device.attributes.status_details;
    if (details) device.attributes.status_details = { ...details, level: 'error', code };
    return device;
  };
  test.each([
    ['no_token', ['add-token']],
    ['unauthorized', ['replace-token', 'try']],
    ['wrong_region', ['edit', 'try']],
    ['connect', ['edit', 'try', 'addresses']],
    ['tls', ['edit', 'try']],
    ['unavailable', ['try']],
    ['unreadable', ['records']],
    ['receiving', []],
  ])('%s: %s', (code, remedies) => {
    expect(remediesOf(inState(code))).toEqual(remedies);
  });
  test('pausing wins over what was before', () => {
    expect(remediesOf(inState('unauthorized', { paused: true }))).toEqual(['resume']);
  });
  test('records that could not be read are shown in Events', async () => {
    withNumbers(signedIn([inState('unreadable')]));
    const { panel } = await open();
    expect(panel.getByRole('link', { name: 'Show these records' }).getAttribute('href')).toBe('/events?device=a&record=unreadable&range=all');
  });
  test('a certificate of somebody else: what to do in plain words, and the buttons', async () => {
    withNumbers(signedIn([inState('tls')]));
    const { panel } = await open();
    expect(panel.getByText(/--ca-file/)).toBeTruthy();
    expect(panel.getByRole('button', { name: 'Change server address' })).toBeTruthy();
    expect(panel.getByRole('button', { name: 'Try now' })).toBeTruthy();
  });
  test('a refused token: one button opens the form, another the guide', async () => {
    withNumbers(signedIn([inState('unauthorized')]));
    const { app, panel } = await open();
    await app.user.click(panel.getByRole('button', { name: 'How to issue one' }));
    const guide = await screen.findByRole('dialog', { name: 'Guide: 1Password' });
    expect(await within(guide).findByText('Create the 1Password token')).toBeTruthy();
    await app.user.click(within(guide).getByRole('button', { name: 'Close' }));
    await app.user.click(panel.getByRole('button', { name: 'Replace token' }));
    await waitFor(() => { expect(app.address()).toContain('edit=a'); });
  });
});

test('failures in a row are one entry; a poll that worked, or another error, begins a new one', () => {
  const runs = failureRuns([poll(1, refused), poll(2, refused), poll(3), poll(4, refused), poll(5, { ...refused, outcome: 'timeout' })]);
  expect(runs.map((run) => [run.newest.id, run.oldest.id, run.times])).toEqual([
    ['p1', 'p2', 2],
    ['p4', 'p4', 1],
    ['p5', 'p5', 1],
  ]);
});

test('where the panel is the page, its foot names the zone', async () => {
  withNumbers(signedIn([makeDevice('a', 'Alpha')]));
  const { panel } = await open();
  expect(await panel.findByText(/^Times are in/)).toBeTruthy();
});

describe('information', () => {
  test('what is stored of the device and of each stream leads to all of it', async () => {
    withNumbers(signedIn([makeDevice('a', 'Alpha')]));
    const { panel } = await open();
    const row = within(panel.getByText('Events stored').closest('div') as HTMLElement);
    expect(row.getByRole('link', { name: '200' }).getAttribute('href')).toBe('/events?device=a&range=all');
    expect(row.getByRole('link', { name: '100 events of Item usage events in all, show them' }).getAttribute('href')).toBe('/events?device=a&stream=itemusages&range=all');
  });

  test('records that could not be read are counted where there are some, and each number leads to them', async () => {
    const device = makeDevice('a', 'Alpha');
    const details = device.attributes.status_details;
    if (details) details.streams = [makeStream({ events_unreadable: 3 }), makeStream({ stream: 'itemusages', title: 'Item usage events' })];
    withNumbers(signedIn([device, makeDevice('b', 'Beta')]));
    const { panel } = await open();
    const row = within(panel.getByText('Unreadable').closest('div') as HTMLElement);
    expect(row.getByRole('link', { name: '3' }).getAttribute('href')).toBe('/events?device=a&record=unreadable&range=all');
    expect(row.getAllByRole('link')).toHaveLength(2);
    expect(row.getByRole('link', { name: '3 unreadable events of Audit events in all, show them' }).getAttribute('href')).toBe(
      '/events?device=a&stream=auditevents&record=unreadable&range=all',
    );
    // The live feed tells when there are more.
    act(() => {
      FakeEventSource.latest().say('events', { security_device_id: 'a', stream: 'itemusages', new: 1, events_total: 1, events_24h: 1, events_unreadable: 1 });
    });
    await waitFor(() => { expect(row.getByRole('link', { name: '4' })).toBeTruthy(); });
    expect(row.getByRole('link', { name: '1 unreadable event of Item usage events in all, show them' })).toBeTruthy();
  });

  test('who created and who updated it lead to what they did', async () => {
    const server = withNumbers(signedIn([makeDevice('a', 'Alpha')]));
    const { app, panel } = await open();
    const row = panel.getByText('Updated').closest('div') as HTMLElement;
    await app.user.click(await within(row).findByRole('link', { name: 'Ana Ruiz' }));
    await waitFor(() => { expect(app.address()).toContain('by=a1'); });
    expect(document.activeElement).toBe(panel.getByRole('heading', { name: 'History' }));
    await waitFor(() => { expect(server.asked('GET /api/v2/security_device_histories').at(-1)?.query.get('filter[created_by][id]')).toBe('a1'); });
  });

  test('the setup guide of its technology opens from it', async () => {
    withNumbers(signedIn([makeDevice('a', 'Alpha')]));
    const { app, panel } = await open();
    await app.user.click(panel.getByRole('button', { name: 'Setup guide' }));
    const guide = await screen.findByRole('dialog', { name: 'Guide: 1Password' });
    expect(await within(guide).findByText('Create the 1Password token')).toBeTruthy();
  });
});

describe('history', () => {
  const entry = (n: number, kind: string, by = 'a1') => ({
    type: 'security_device_histories',
    id: `h${String(n)}`,
    attributes: {
      action: 'UPDATED',
      created_at: at(n),
      value: { kind, sentence: `${kind} ${String(n)}`, before: { location: 'Oslo' }, after: { location: 'Bergen' } },
    },
    relationships: { created_by: leadsTo('actors', by) },
    meta: { version: 1 },
  });
  const picket = { type: 'actors', id: 'a0', attributes: { display_name: 'Picket' } };

  function withHistory(rows: ReturnType<typeof entry>[]): TestServer {
    return withNumbers(signedIn([makeDevice('a', 'Alpha')])).on('GET /api/v2/security_device_histories', (call) => {
      const by = call.query.get('filter[created_by][id]');
      const kind = call.query.get('filter[kind]');
      const fitting = rows.filter(
        (row) => (by === null || JSON.stringify(row.relationships.created_by).includes(`"${by}"`)) && (kind === null || row.attributes.value.kind === kind),
      );
      const offset = Number(call.query.get('page[offset]'));
      return { body: { data: fitting.slice(offset, offset + 25), included: [ana, picket], meta: { page: { total: fitting.length } } } };
    });
  }

  test('by kind: the server sifts, in one request, and the address keeps it', async () => {
    const rows = Array.from({ length: 60 }, (_, n) => entry(n, n === 55 ? 'secret' : n === 59 ? 'created' : 'health', 'a0'));
    const server = withHistory(rows);
    const { app, panel } = await open();
    await panel.findByText('health 0');
    const before = server.asked('GET /api/v2/security_device_histories').length;
    await app.user.click(panel.getByRole('button', { name: 'Token' }));
    expect(await panel.findByText('secret 55')).toBeTruthy();
    expect(panel.queryByText('health 0')).toBeNull();
    expect(app.address()).toContain('history=secret');
    expect(server.asked('GET /api/v2/security_device_histories').slice(before).map((call) => call.query.get('filter[kind]'))).toEqual(['secret']);
    await app.user.click(panel.getByRole('button', { name: 'Added' }));
    expect(await panel.findByText('created 59')).toBeTruthy();
    await app.user.click(panel.getByRole('button', { name: 'Settings' }));
    expect(await panel.findByText('No change of settings so far.')).toBeTruthy();
  });

  test('an actor leads to what they did', async () => {
    const server = withHistory([entry(1, 'health', 'a0'), entry(2, 'settings')]);
    const { app, panel } = await open();
    await app.user.click(await panel.findByRole('button', { name: 'Ana Ruiz' }));
    await waitFor(() => { expect(panel.queryByText('health 1')).toBeNull(); });
    expect(panel.getByText('settings 2')).toBeTruthy();
    expect(app.address()).toContain('by=a1');
    expect(server.asked('GET /api/v2/security_device_histories').at(-1)?.query.get('filter[created_by][id]')).toBe('a1');
    await app.user.click(panel.getByRole('button', { name: 'By Ana Ruiz: show everybody' }));
    expect(await panel.findByText('health 1')).toBeTruthy();
  });

  test('a broken address shows all of it', async () => {
    withHistory([entry(1, 'health'), entry(2, 'settings')]);
    const { panel } = await open('/settings/security-devices/a?history=splendid');
    expect(await panel.findByText('health 1')).toBeTruthy();
    expect(panel.getByText('settings 2')).toBeTruthy();
  });
});
