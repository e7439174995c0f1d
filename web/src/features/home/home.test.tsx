import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { Device } from '@/api/types';
import { openAt } from '@/test/app';
import { leadsTo, makeDevice, makeStream, problem, signedIn } from '@/test/server';
import { FakeEventSource } from '@/test/setup';
import { comparison, countLevels, needsOf } from './needs';

const now = Date.parse('2026-11-22T12:00:00Z');
const inState = (id: string, level: 'ok' | 'warning' | 'error', code: string, since: string): Device =>
  makeDevice(id, id.toUpperCase(), { status_details: { level, code: code as never, sentence: `${code}.`, since, streams: [] } });
const expiring = (id: string, at: string): Device => {
  const device = makeDevice(id, id.toUpperCase());
  const { credential } = device.attributes;
  if (credential) device.attributes.credential = { ...credential, expires_at: at };
  return device;
};

describe('what needs a person', () => {
  test('a vendor’s trouble heals by itself for an hour; then somebody has to know', () => {
    const of = (since: string) => needsOf([inState('away', 'error', 'unavailable', since)], now)[0]?.heals;
    expect(of(new Date(now - 59 * 60_000).toISOString())).toBe(true);
    expect(of(new Date(now - 61 * 60_000).toISOString())).toBe(false);
  });

  test('worst first, the newest of those first; what only expires comes too', () => {
    const needs = needsOf(
      [
        inState('fine', 'ok', 'receiving', '2026-11-01T00:00:00Z'),
        inState('missing', 'warning', 'stream_missing', '2026-11-20T00:00:00Z'),
        expiring('soon', '2026-12-01T13:00:00Z'),
        expiring('later', '2027-02-01T00:00:00Z'),
        inState('old', 'error', 'dns', '2026-11-01T00:00:00Z'),
        inState('new', 'error', 'unauthorized', '2026-11-22T09:00:00Z'),
        makeDevice('paused', 'paused', { paused: true }),
        makeDevice('gone', 'gone', { deleted_at: '2026-11-22T00:00:00Z' }),
      ],
      now,
    );
    expect(needs.map((need) => need.device.id)).toEqual(['new', 'old', 'missing', 'soon']);
    expect(needs.map((need) => need.form)).toEqual(['Replace token', 'Change server address', 'Replace token', 'Replace token']);
    expect(needs[3]?.sentence).toBe('Its token ends in 9 days. Issue a new one and replace it before.');
  });

  test('counts leave out what is deleted', () => {
    const devices = [makeDevice('a', 'a'), makeDevice('b', 'b', { paused: true }), makeDevice('c', 'c', { deleted_at: '2026-11-22T00:00:00Z' })];
    expect(countLevels(devices)).toEqual({ error: 0, warning: 0, verifying: 0, paused: 1, ok: 1 });
  });

  test('a comparison is only made with something', () => {
    expect(comparison(10, 0)).toBeNull();
    expect(comparison(110, 100)).toBe('10\u00a0% more than a week before');
    expect(comparison(40, 100)).toBe('60\u00a0% fewer than a week before');
    expect(comparison(100, 100)).toBe('as many as a week before');
  });
});

describe('home', () => {
  test('a week before is told only when it is known whole', async () => {
    const hour = 3_600_000;
    const start = (back: number): string => new Date((Math.floor(Date.now() / hour) - back) * hour).toISOString();
    signedIn([makeDevice('a', 'Alpha')])
      .on('GET /api/v2/events/counts', (call) => ({
        body: { data: call.query.has('group') ? [] : [{ start: start(1), count: 900 }, { start: start(7 * 24 + 3), count: 40 }], meta: { total: 940 } },
      }))
      .on('GET /api/v2/detection_rules', { body: { data: [], meta: { page: { limit: 0, total: 0 } }, links: {} } })
      .on('GET /api/v2/security_device_histories', { body: { data: [], meta: { page: { limit: 0, total: 0 } }, links: {} } });
    openAt('/');
    const arriving = await screen.findByRole('region', { name: 'Arriving' });
    expect(await within(arriving).findByText(/events in 24 h/)).toBeTruthy();
    expect(within(arriving).queryByText(/a week before/)).toBeNull();
  });

  test('is what one sees after signing in: needs, arrivals and changes, each leading on', async () => {
    const hour = 3_600_000;
    const start = (back: number): string => new Date((Math.floor(Date.now() / hour) - back) * hour).toISOString();
    signedIn([makeDevice('a', 'Alpha', { events_24h: 1215 }), inState('bad', 'error', 'unauthorized', '2026-11-22T09:00:00Z')])
      .on('GET /api/v2/events/counts', (call) => ({
        body: {
          data: call.query.has('group') ? [] : [{ start: start(1), count: 900 }, { start: start(2), count: 300 }, { start: start(30), count: 77 }, { start: start(7 * 24 + 3), count: 1000 }, { start: start(8 * 24 + 2), count: 5 }],
          meta: { total: 2200 },
        },
      }))
      .on('GET /api/v2/detection_rules', { body: { data: [], meta: { page: { limit: 0, total: 2 } }, links: {} } })
      .on('GET /api/v2/security_device_histories', {
        body: {
          data: [
            {
              type: 'security_device_histories',
              id: 'h1',
              attributes: {
                action: 'UPDATED',
                created_at: new Date().toISOString(),
                value: { kind: 'health', sentence: 'Health changed from Healthy to Unhealthy', before: {}, after: { level: 'error' } },
              },
              relationships: { created_by: leadsTo('actors', 'a0'), security_device: leadsTo('security_devices', 'bad') },
            },
          ],
          included: [
            { type: 'actors', id: 'a0', attributes: { display_name: 'Picket' } },
            { type: 'security_devices', id: 'bad', attributes: { name: 'BAD' } },
          ],
          meta: { page: { total: 1 } },
        },
      });
    const app = openAt('/');
    const needs = await screen.findByRole('region', { name: 'Needs you now' });
    expect(await within(needs).findByText('unauthorized.')).toBeTruthy();
    expect(within(needs).queryByText('Alpha')).toBeNull();
    expect(within(needs).getByText('Unhealthy').querySelector('svg')).toBeTruthy();
    expect(within(needs).getByText('Broken').querySelector('svg')).toBeTruthy();
    expect(within(screen.getByRole('contentinfo')).getByText(/^Times are in/)).toBeTruthy();
    expect(within(needs).getByRole('link', { name: 'Replace token of BAD' }).getAttribute('href')).toBe('/settings/security-devices/bad?edit=bad');
    expect(within(needs).getByRole('link', { name: '2 rules are broken' }).getAttribute('href')).toBe('/detections?state=broken');
    const arriving = screen.getByRole('region', { name: 'Arriving' });
    expect((await within(arriving).findByRole('link', { name: '1,230 events in 24 hours, show them' })).getAttribute('href')).toBe('/events?range=24h');
    expect(within(arriving).getByRole('link', { name: '1,215 events of Alpha in 24 hours, show them' }).getAttribute('href')).toBe('/events?device=a&range=24h');
    expect(within(arriving).getByText(', 20 % more than a week before')).toBeTruthy();
    const changed = screen.getByRole('region', { name: 'Changed in the last day' });
    expect(await within(changed).findByText('Health changed from Healthy to Unhealthy')).toBeTruthy();
    expect(within(changed).getByRole('link', { name: 'BAD' })).toBeTruthy();
    expect(within(changed).getByRole('link', { name: 'Picket' }).getAttribute('href')).toBe('/settings/security-devices/bad?by=a0#history-title');
    await app.user.click(within(screen.getByRole('list', { name: 'Devices by status' })).getByRole('link', { name: '1 Unhealthy' }));
    await screen.findByRole('heading', { name: 'Security Devices' });
    expect(app.address()).toBe('/settings/security-devices?status=unhealthy');
  });

  test('a row says the fault first; all that the device says is its title', async () => {
    const device = inState('part', 'warning', 'stream_missing', '2026-11-22T09:00:00Z');
    const sentence = 'Receiving audit events. Item usage is missing: the token does not include it.';
    const missing = makeStream({ stream: 'itemusages', title: 'Item usage', level: 'warning', sentence: 'Item usage is missing: the token does not include it.' });
    device.attributes.status_details = { ...(device.attributes.status_details as NonNullable<Device['attributes']['status_details']>), sentence, streams: [makeStream(), missing] };
    signedIn([device, inState('bad', 'error', 'unauthorized', '2026-11-22T09:00:00Z')]);
    openAt('/');
    expect((await screen.findByText(missing.sentence)).title).toBe(sentence);
    expect(screen.getByText('unauthorized.').title).toBe('');
  });

  test('what heals by itself is told apart, and not counted as waiting for anybody', async () => {
    const minutesAgo = (n: number): string => new Date(Date.now() - n * 60_000).toISOString();
    const busy = inState('busy', 'warning', 'rate_limited', minutesAgo(5));
    if (busy.attributes.status_details) Object.assign(busy.attributes.status_details, { sentence: '1Password asked to wait until 03:25 UTC.', streams: [] });
    signedIn([busy, inState('away', 'error', 'unavailable', minutesAgo(50))])
      .on('GET /api/v2/detection_rules', { body: { data: [], meta: { page: { limit: 0, total: 0 } }, links: {} } });
    openAt('/');
    expect(await screen.findByText('Nothing. What is in trouble recovers by itself.')).toBeTruthy();
    const apart = screen.getByRole('heading', { name: 'Recovering by itself' }).parentElement as HTMLElement;
    expect(within(apart).getAllByRole('link').map((link) => link.textContent)).toEqual(['AWAY', 'BUSY']);
    // In the afternoon that is tomorrow, and its day is told.
    expect(apart.textContent).toMatch(/asked to wait until ([A-Z][a-z]{2} )?03:25\./);
    expect(screen.queryByRole('link', { name: /^Details of/ })).toBeNull();
  });

  test('offers what helps by its name', async () => {
    const bare = inState('bare', 'error', 'no_token', '2026-11-22T09:00:00Z');
    bare.attributes.credential = null;
    signedIn([bare, inState('far', 'error', 'wrong_region', '2026-11-22T08:00:00Z'), inState('lost', 'error', 'not_found', '2026-11-22T07:00:00Z')]);
    openAt('/');
    expect(await screen.findByRole('link', { name: 'Add token of BARE' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Change server address of FAR' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Change server address of LOST' })).toBeTruthy();
  });

  test('says so when nothing needs anybody, and notices at once when something does', async () => {
    signedIn([makeDevice('a', 'Alpha')]);
    openAt('/');
    expect(await screen.findByText(/^Nothing\. Every device/)).toBeTruthy();
    expect(await screen.findByText(/^Nothing: no device changed/)).toBeTruthy();
    act(() => {
      FakeEventSource.latest().open();
      FakeEventSource.latest().say('change', {
        type: 'security_devices',
        id: 'a',
        deleted: false,
        data: inState('a', 'error', 'timeout', '2026-11-22T10:00:00Z'),
      });
    });
    expect(await screen.findByText('timeout.')).toBeTruthy();
    expect(screen.queryByText(/^Nothing\. Every device/)).toBeNull();
  });

  test('a change of any device is asked for when the feed tells of it', async () => {
    const server = signedIn([makeDevice('a', 'Alpha')]);
    openAt('/');
    await screen.findByText(/^Nothing: no device changed/);
    const before = server.asked('GET /api/v2/security_device_histories').length;
    act(() => {
      FakeEventSource.latest().say('history', { security_device_id: 'a', id: 'h' });
    });
    await waitFor(() => { expect(server.asked('GET /api/v2/security_device_histories').length).toBe(before + 1); });
  });

  test('an empty installation is led to its first device', async () => {
    signedIn([]);
    const app = openAt('/');
    await screen.findByRole('heading', { name: 'Connect your first device' });
    expect(screen.getByText('203.0.113.7')).toBeTruthy();
    await app.user.click(await screen.findByRole('link', { name: /1Password/ }));
    expect(await screen.findByLabelText('API token')).toBeTruthy();
    expect(app.address()).toBe('/settings/security-devices?setupIntegration=1password');
  });

  test('a part that fails says so and leaves the others standing', async () => {
    signedIn([makeDevice('a', 'Alpha')]).on('GET /api/v2/events/counts', { status: 500, body: problem('500', 'internal', 'The store is closed.') });
    openAt('/');
    const arriving = await screen.findByRole('region', { name: 'Arriving' });
    expect(await within(arriving).findByText('The store is closed.')).toBeTruthy();
    expect(await screen.findByText(/^Nothing\. Every device/)).toBeTruthy();
  });
});
