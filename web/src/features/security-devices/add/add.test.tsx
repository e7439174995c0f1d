import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { openAt, type TestApp } from '@/test/app';
import { makeDevice, problem, session, signedIn } from '@/test/server';
import { wallWords } from '@/ui/dateText';
import { dateText, startOfDay } from '@/ui/zone';

const good = {
  ok: true,
  code: 'ok',
  sentence: 'A token of events.1password.eu.',
  server: 'events.1password.eu',
  features: ['auditevents', 'signinattempts'],
  expires_at: '2031-05-01T00:00:00.000Z',
  issued_at: null,
  account_uuid: 'NZQ',
  proposals: { server: 'https://events.1password.eu' },
};
const wrongKind = { ...good, ok: false, code: 'wrong_token_kind', sentence: 'This is a service account token.', proposals: {} };
const inspect = 'POST /api/v2/plugins/1password/inspect';

const open = (): TestApp => openAt('/settings/security-devices?setupIntegration=1password');
const server = () => screen.getByLabelText<HTMLSelectElement>('Server address');

/** Forms keep their draft while the page lives; each test ends on a clean one. */
async function cancel(app: TestApp): Promise<void> {
  await app.user.click(screen.getByRole('button', { name: 'Cancel' }));
}

describe('adding a device', () => {
  test('the technology is found by search', async () => {
    signedIn([]);
    const app = openAt('/settings/security-devices/add');
    await app.user.type(await screen.findByLabelText('Search technology'), '1pass{Enter}');
    expect(await screen.findByLabelText('API token')).toBeTruthy();
    expect(app.address()).toBe('/settings/security-devices?setupIntegration=1password');
    await cancel(app);
  });

  test('the guide stands beside the form, with the addresses to allow', async () => {
    signedIn([]);
    const app = open();
    expect(await screen.findByRole('heading', { name: 'Create the 1Password token' })).toBeTruthy();
    expect(screen.getByText('203.0.113.7')).toBeTruthy();
    const link = screen.getByRole<HTMLAnchorElement>('link', { name: 'Something outdated here? Tell us' });
    expect(link.href).toMatch(/^mailto:picket@example.test\?subject=/);
    await cancel(app);
  });

  test('without addresses and feedback it says who must set them, and shows no dead link', async () => {
    signedIn([]).on('GET /auth/v0/session', {
      body: { ...session, server: { ...session.server, egress_addresses: [], feedback_address: null } },
    });
    const app = open();
    expect(await screen.findByText(/an administrator of this server must set/)).toBeTruthy();
    expect(screen.queryByText('Something outdated here? Tell us')).toBeNull();
    await cancel(app);
  });

  test('a pasted token is read at once and proposes its server', async () => {
    signedIn([]).on(inspect, { body: good });
    const app = open();
    await app.user.click(await screen.findByLabelText('API token'));
    await app.user.paste('aaa.bbb.ccc');
    await waitFor(() => { expect(server().value).toBe('https://events.1password.eu'); });
    expect(screen.getByText('audit events, sign-in attempts')).toBeTruthy();
    expect(screen.getByText('1 May 2031')).toBeTruthy();
    await cancel(app);
  });

  test('a server chosen by the person is not overruled, only questioned', async () => {
    signedIn([]).on(inspect, { body: good });
    const app = open();
    await app.user.selectOptions(await screen.findByLabelText('Server address'), 'https://events.1password.com');
    await app.user.click(screen.getByLabelText('API token'));
    await app.user.paste('aaa.bbb.ccc');
    await app.user.click(await screen.findByRole('button', { name: 'Use https://events.1password.eu' }));
    expect(server().value).toBe('https://events.1password.eu');
    await cancel(app);
  });

  test('a token of another kind is refused at its field, and cannot be saved', async () => {
    const calls = signedIn([]).on(inspect, { body: wrongKind });
    const app = open();
    await app.user.type(await screen.findByLabelText('Name'), 'A');
    await app.user.type(screen.getByLabelText('Location'), 'B');
    await app.user.selectOptions(server(), 'https://events.1password.com');
    await app.user.click(screen.getByLabelText('API token'));
    await app.user.paste('ops_zzz');
    expect(await screen.findByText('This is a service account token.')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    expect(calls.asked('POST /api/v2/security_devices')).toHaveLength(0);
    expect(screen.getByLabelText('API token').getAttribute('aria-invalid')).toBe('true');
    await cancel(app);
  });

  test('the test names each check; the token travels only in the body', async () => {
    const calls = signedIn([]).on(inspect, { body: good }).on('POST /api/v2/plugins/1password/test', {
      body: {
        ok: false,
        code: 'wrong_region',
        sentence: 'The token belongs to events.1password.eu, the device asks events.1password.com.',
        checks: [{ name: 'address', ok: false, code: 'wrong_region', sentence: 'Another region.' }],
      },
    });
    const app = open();
    await app.user.click(await screen.findByLabelText('API token'));
    await app.user.paste('aaa.bbb.ccc');
    await waitFor(() => { expect(server().value).toBe('https://events.1password.eu'); });
    await app.user.click(screen.getByRole('button', { name: 'Test connection' }));
    expect(await screen.findByText(/The token belongs to events.1password.eu, the device asks/)).toBeTruthy();
    expect(calls.asked('POST /api/v2/plugins/1password/test')[0]?.body).toEqual({
      device_spec: { server: 'https://events.1password.eu' },
      secrets: { device_info: { api_token: 'aaa.bbb.ccc' } },
    });
    expect(calls.calls.some((call) => call.query.toString().includes('aaa.bbb'))).toBe(false);
    expect(JSON.stringify({ ...window.localStorage, ...window.sessionStorage })).not.toContain('aaa.bbb');
    await cancel(app);
  });

  test("the server's answer lands at its field and nothing typed is lost; then it is saved", async () => {
    const calls = signedIn([])
      .on(inspect, { body: good })
      .on('POST /api/v2/security_devices', {
        status: 409,
        body: problem('409', 'conflict', 'Another device already has this name.', '/data/attributes/name'),
      });
    const app = open();
    await app.user.type(await screen.findByLabelText('Name'), 'Sales');
    await app.user.type(screen.getByLabelText('Location'), 'Oslo');
    await app.user.click(screen.getByLabelText('API token'));
    await app.user.paste('aaa.bbb.ccc');
    await waitFor(() => { expect(server().value).toBe('https://events.1password.eu'); });
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Another device already has this name.')).toBeTruthy();
    await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Name')); });
    expect(screen.getByLabelText<HTMLTextAreaElement>('API token').value).toBe('aaa.bbb.ccc');
    const saved = makeDevice('n', 'Sales 2', { status: null, is_verifying_status: true, status_details: null });
    calls.on('POST /api/v2/security_devices', { status: 201, body: { data: saved } });
    calls.on('GET /api/v2/security_devices', { body: { data: [saved], meta: { page: { total: 1 } } } });
    await app.user.type(screen.getByLabelText('Name'), ' 2');
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Verifying')).toBeTruthy();
    const body = calls.asked('POST /api/v2/security_devices')[1]?.body as { data: { attributes: Record<string, unknown> } };
    expect(body.data.attributes).toMatchObject({
      name: 'Sales 2',
      location: 'Oslo',
      plugin_slug: '1password',
      device_spec: { server: 'https://events.1password.eu' },
      secrets: { device_info: { api_token: 'aaa.bbb.ccc' } },
    });
    const start = String(body.data.attributes['start_time']);
    expect(start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const days = (Date.now() - Date.parse(start)) / 86_400_000;
    expect(days).toBeGreaterThanOrEqual(6.9);
    expect(days).toBeLessThanOrEqual(8.1);
  });

  test('leaving the page and coming back keeps the draft', async () => {
    signedIn([]);
    const app = open();
    await app.user.type(await screen.findByLabelText('Name'), 'Half typed');
    await app.user.click(screen.getByRole('link', { name: 'All technologies' }));
    await app.user.click(await screen.findByRole('link', { name: /1Password/ }));
    expect((await screen.findByLabelText<HTMLInputElement>('Name')).value).toBe('Half typed');
    await cancel(app);
  });

  test('an empty form says what is needed, at the fields', async () => {
    signedIn([]);
    const app = open();
    await app.user.click(await screen.findByRole('button', { name: 'Save' }));
    for (const sentence of ['Name is needed.', 'Location is needed.', 'API token is needed.', 'Server address is needed.']) {
      expect(screen.getByText(sentence)).toBeTruthy();
    }
    await cancel(app);
  });

  test('a start day is typed in words or as ISO 8601; how far back it lies is told once it is one', async () => {
    const calls = signedIn([]);
    const app = open();
    const field = await screen.findByLabelText<HTMLInputElement>('How far back to read');
    const told = () => screen.queryAllByText(/ back\.$|^From midnight/).map((one) => one.textContent).filter((text) => !text.startsWith('Events from'));
    expect(told()).toEqual(['7 days back.']);
    const iso = dateText(startOfDay(Date.now(), -3));
    for (const text of [iso, wallWords(iso)]) {
      await app.user.clear(field);
      expect(told()).toEqual([]);
      for (const letter of text.slice(0, -1)) {
        await app.user.type(field, letter);
        expect(screen.queryByText(/NaN|-\d+ days back/)).toBeNull();
      }
      await app.user.type(field, text.slice(-1));
      expect(told()).toEqual(['3 days back.']);
      await app.user.tab();
      expect(field.value).toBe(wallWords(iso));
    }
    for (const text of ['the other day', '2026-02-31', '2027-02-29', `${wallWords(iso)}, 9:05`]) {
      await app.user.clear(field);
      await app.user.type(field, text);
      expect(told()).toEqual([]);
      await app.user.tab();
      expect(field.value).toBe(text);
      await app.user.tab();
      expect(screen.getByText('Write a day like 17 Nov 2026.')).toBeTruthy();
      expect(field.getAttribute('aria-invalid')).toBe('true');
    }
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    expect(calls.asked('POST /api/v2/security_devices')).toHaveLength(0);
    await cancel(app);
  });

  test('an unknown technology in the address is answered', async () => {
    signedIn([]);
    openAt('/settings/security-devices?setupIntegration=lastpass');
    expect(await screen.findByText('Picket does not know this technology')).toBeTruthy();
  });
});
