import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { reachNow } from '@/api/reach';
import { checked, own, rules } from '@/gallery/rules';
import { openAt } from '@/test/app';
import { makeDevice, problem, session, signedIn, type TestServer } from '@/test/server';
import { FakeEventSource } from '@/test/setup';

const ended = { status: 401, body: problem('401', 'unauthorized', 'Your session has ended.') };
const forbidden = { status: 403, body: problem('403', 'forbidden', 'Your role does not include this.') };

const event = {
  type: 'events',
  id: 'e1',
  attributes: {
    time: new Date(Date.now() - 60_000).toISOString(), received_at: new Date().toISOString(), stream: 'auditevents', vendor_uid: 'V1',
    class_uid: 3004, activity_id: 1, action: 'vault.create', outcome: 'success', actor_uid: 'U', actor_email: 'ana@example.test',
    source_ip: '192.0.2.7', country: 'SE', target: 'v', raw: null, versions: 1, unreadable: false,
  },
  relationships: { security_device: { links: {}, data: { type: 'security_devices', id: 'a' } } },
  meta: { version: 1 },
};
const signIn = {
  type: 'user_sessions',
  id: 's1',
  attributes: {
    client_address: null, created_at: new Date().toISOString(), current: true, expires_at: '2030-01-01T00:00:00.000Z', kind: 'browser',
    last_used_at: new Date().toISOString(), user_agent: null,
  },
  relationships: {},
  meta: { version: 1 },
};

interface Screen {
  name: string;
  address: string;
  /** What it asks for first, and what it shows then. */
  asks: string;
  shows: () => Promise<unknown>;
  /** What it asks for last, where parts of it wait for a frame. */
  last?: string;
}

const screens: Screen[] = [
  { name: 'Home', address: '/', asks: 'GET /api/v2/security_devices', shows: () => screen.findByRole('heading', { level: 1, name: 'Home' }) },
  { name: 'the list', address: '/settings/security-devices', asks: 'GET /api/v2/security_devices', shows: () => screen.findByRole('link', { name: 'Alpha' }) },
  { name: 'the panel', address: '/settings/security-devices/z', asks: 'GET /api/v2/security_devices/z', shows: () => screen.findByRole('complementary', { name: 'Zeta' }).then((panel) => within(panel).findByRole('heading', { name: 'History' })), last: 'GET /api/v2/security_device_histories' },
  { name: 'Events', address: '/events', asks: 'GET /api/v2/events', shows: () => screen.findByRole('link', { name: / vault\.create$/ }) },
  { name: 'an event', address: '/events/e9', asks: 'GET /api/v2/events/e9', shows: () => screen.findByRole('complementary', { name: 'Event' }).then((panel) => within(panel).findAllByText('vault.create')) },
  { name: 'Detections', address: '/detections', asks: 'GET /api/v2/detection_rules', shows: () => screen.findByRole('link', { name: 'Vault exported' }) },
  { name: 'the editor of a rule', address: `/detections/write/${own.id}`, asks: `GET /api/v2/own_rules/${own.id}`, shows: () => screen.findByDisplayValue(new RegExp(own.attributes.text.slice(0, 20))) },
  { name: 'Profile', address: '/profile', asks: 'GET /api/v2/user_sessions', shows: () => screen.findByText('This one') },
  { name: 'adding', address: '/settings/security-devices?setupIntegration=1password', asks: 'GET /api/v2/plugins', shows: () => screen.findByLabelText('API token') },
  { name: 'editing', address: '/settings/security-devices?edit=z', asks: 'GET /api/v2/security_devices/z', shows: () => screen.findByRole('dialog').then((dialog) => within(dialog).findByLabelText('Name')) },
];

/** A server that has something for every screen. `z` is in no list, as after a link from elsewhere. */
function whole(): { server: TestServer; answers: Map<string, Parameters<TestServer['on']>[1]> } {
  const zeta = makeDevice('z', 'Zeta');
  const answers = new Map<string, Parameters<TestServer['on']>[1]>([
    ['GET /api/v2/security_devices/z', { body: { data: zeta, included: [] }, headers: { etag: '"1"' } }],
    ['GET /api/v2/events', { body: { data: [event], meta: { page: {} }, links: {} } }],
    ['GET /api/v2/events/e9', { body: { data: { ...event, id: 'e9' } } }],
    ['GET /api/v2/events/e9/raw', { raw: '{}' }],
    ['GET /api/v2/user_sessions', { body: { data: [signIn], meta: { page: { total: 1 } }, links: {} } }],
    ['GET /api/v2/security_devices/z/polls', { body: { data: [], meta: { page: { total: 0 } } } }],
    ['GET /api/v2/security_devices/z/detections', { body: { rules: [], tactics_watched: [], tactics_blind: [] } }],
    ['GET /api/v2/expel_alerts', { body: { data: [], meta: { page: { total: 0 } } } }],
    ['GET /api/v2/detection_rules', (call) => ({ body: { data: call.query.get('page[limit]') === '0' ? [] : rules, meta: { page: { total: 0 } }, links: {} } })],
    [`GET /api/v2/own_rules/${own.id}`, { body: { data: own }, headers: { etag: '"3"' } }],
    ['POST /api/v2/detection_rules/check', { body: checked }],
    ['GET /livez', { body: {} }],
    ['GET /api/v2/security_devices', { body: { data: [makeDevice('a', 'Alpha')], meta: { page: { total: 1 } } } }],
  ]);
  const server = signedIn([makeDevice('a', 'Alpha')]);
  for (const [route, answer] of answers) server.on(route, answer);
  return { server, answers };
}

describe('an expired sign-in is asked for over the page, and everything goes on', () => {
  test.each(screens)('$name', async ({ address, asks, shows }) => {
    const { server, answers } = whole();
    let expired = true;
    const good = answers.get(asks);
    server
      .on(asks, (call) => {
        if (expired) return ended;
        if (good !== undefined) return typeof good === 'function' ? good(call) : good;
        return { body: { data: [(plugins as { data: unknown[] }).data[0]] } };
      })
      .on('POST /auth/v0/session', () => {
        expired = false;
        return { body: { ...session, csrf_token: 'csrf-2' } };
      });
    const { plugin } = await import('@/test/server');
    const plugins = { data: [plugin] };
    const app = openAt(address);
    const dialog = await screen.findByRole('dialog', { name: 'Sign in again' });
    expect(screen.getByTitle(/^The sign-in has ended: /).textContent).toBe('Signed out');
    await app.user.type(within(dialog).getByLabelText('Password'), 'x');
    await app.user.type(within(dialog).getByLabelText('One-time code'), '123456');
    await app.user.click(within(dialog).getByRole('button', { name: 'Sign in' }));
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Sign in again' })).toBeNull());
    await shows();
    expect(app.address()).toBe(address);
  });

  test('what was typed into a form of the profile stays, and is sent', async () => {
    const { server } = whole();
    let expired = true;
    server
      .on('POST /auth/v0/password', () => (expired ? ended : { status: 204 }))
      .on('POST /auth/v0/session', () => {
        expired = false;
        return { body: session };
      });
    const app = openAt('/profile');
    await app.user.click(await screen.findByRole('button', { name: 'Change password' }));
    await app.user.type(screen.getByLabelText('Current password'), 'old');
    await app.user.type(screen.getByLabelText('One-time code'), '111111');
    await app.user.type(screen.getByLabelText('New password'), 'correct horse battery');
    await app.user.type(screen.getByLabelText('New password again'), 'correct horse battery');
    await app.user.click(screen.getByRole('button', { name: 'Change password' }));
    const dialog = await screen.findByRole('dialog', { name: 'Sign in again' });
    expect(screen.getByLabelText<HTMLInputElement>('New password').value).toBe('correct horse battery');
    await app.user.type(within(dialog).getByLabelText('Password'), 'old');
    await app.user.type(within(dialog).getByLabelText('One-time code'), '222222');
    await app.user.click(within(dialog).getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByText(/^Your password is changed/)).toBeTruthy();
    expect(server.asked('POST /auth/v0/password')).toHaveLength(2);
  });

  test('a sign-in in another tab answers it, too', async () => {
    const { server } = whole();
    let expired = true;
    server.on('GET /api/v2/user_sessions', () => (expired ? ended : { body: { data: [signIn], meta: {}, links: {} } }));
    openAt('/profile');
    await screen.findByRole('dialog', { name: 'Sign in again' });
    expired = false;
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });
    await screen.findByText('This one');
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Sign in again' })).toBeNull());
  });
});

describe('without the right, the page says so and who can help', () => {
  test.each(screens)('$name', async ({ address, asks }) => {
    const { server } = whole();
    server.on(asks, forbidden);
    openAt(address);
    const [alert] = await screen.findAllByRole('alert');
    expect(alert?.textContent).toContain('You may not see this');
    expect(alert?.textContent).toContain('Your role does not include this.');
    expect(alert?.textContent).toContain('administers your organization');
    expect(within(alert as HTMLElement).queryByRole('button', { name: 'Try again' })).toBeNull();
    expect(screen.getByRole('navigation', { name: 'Main' })).toBeTruthy();
  });
});

describe('of rules', () => {
  const ofRules = screens.filter(({ address }) => address.startsWith('/detections'));

  test.each(ofRules)('$name waits for what comes late with something in its place', async ({ address, asks, shows }) => {
    const { server, answers } = whole();
    let answer: (() => void) | undefined;
    const good = answers.get(asks);
    server.on(asks, (call) => new Promise((resolve) => {
      answer = () => { resolve((typeof good === 'function' ? good(call) : good) ?? {}); };
    }));
    openAt(address);
    await waitFor(() => expect(answer).toBeDefined());
    await waitFor(() => expect(document.querySelector('[aria-busy="true"], [aria-label="Loading"]')).toBeTruthy());
    expect(screen.queryAllByRole('alert')).toEqual([]);
    answer?.();
    await shows();
    expect(document.querySelector('table[aria-busy="true"], [aria-label="Loading"]')).toBeNull();
  });

  test.each(ofRules)('$name that could not be loaded says why, and another try works', async ({ address, asks, shows }) => {
    const { server, answers } = whole();
    server.on(asks, { status: 500, body: problem('500', 'internal', 'The database is busy.') });
    const app = openAt(address);
    const alert = within(await screen.findByRole('alert'));
    expect(alert.getByText('The database is busy.')).toBeTruthy();
    server.on(asks, answers.get(asks) ?? {});
    await app.user.click(alert.getByRole('button', { name: 'Try again' }));
    await shows();
  });
});

/** Cuts the line, and gives it back. */
function cutLine(): () => void {
  const working = globalThis.fetch;
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  return () => {
    vi.stubGlobal('fetch', working);
  };
}

describe('a server that is gone', () => {
  const bar = /Picket does not answer\. Trying again …/;
  /** The next try may be five seconds away. */
  const barGone = () => waitFor(() => expect(screen.queryByText(bar) === null).toBe(true), { timeout: 20_000 });

  test.each(screens.filter((one) => !one.name.includes('ing')))('$name keeps what it shows, says how old it is, and goes on by itself', async ({ address, asks, shows, last = asks }) => {
    const { server } = whole();
    openAt(address);
    await shows();
    await waitFor(() => expect(server.asked(last)).not.toHaveLength(0));
    await server.quiet();
    expect(screen.queryByText(bar)).toBeNull();
    const before = server.asked(asks).length;
    const giveBack = cutLine();
    act(() => {
      FakeEventSource.latest().fail(false);
    });
    expect(await screen.findByText(bar)).toBeTruthy();
    expect(screen.getByText(/^Last update \d\d:\d\d\.$/)).toBeTruthy();
    await shows();
    expect(screen.queryAllByRole('alert').map((one) => one.textContent)).toEqual([]);
    giveBack();
    await barGone();
    await waitFor(() => expect(server.asked(asks).length).toBeGreaterThan(before));
    await shows();
  });

  test('a sentence with "40 s ago" in it says as of when', async () => {
    whole();
    openAt('/settings/security-devices/z');
    const panel = within(await screen.findByRole('complementary', { name: 'Zeta' }));
    const asOf = /^As of \d\d:\d\d:\d\d, when Picket last answered$/;
    const said = () => panel.queryByText((_, element) => element?.tagName === 'SPAN' && asOf.test(element.textContent));
    expect(said()).toBeNull();
    const giveBack = cutLine();
    act(() => {
      FakeEventSource.latest().fail(false);
    });
    await waitFor(() => expect(said()).toBeTruthy());
    expect(panel.getByText('Receiving. Newest event 40 s ago.')).toBeTruthy();
    giveBack();
    await barGone();
    expect(said()).toBeNull();
  });

  test('the dot says what it means, in a word for each width', async () => {
    whole();
    openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    act(() => {
      FakeEventSource.latest().open();
    });
    expect((await screen.findByTitle(/^Live: the page updates by itself\./)).textContent).toBe('LiveLiveThe page updates by itself.');
    act(() => {
      FakeEventSource.latest().fail(false);
    });
    expect((await screen.findByTitle(/^Reconnecting: /)).textContent).toBe('ReconnectingOfflineWaiting for the server.');
  });

  test('a page that was opened meanwhile fills when it is back', async () => {
    whole();
    const app = openAt('/settings/egress-addresses');
    await screen.findByRole('heading', { name: 'Egress addresses' });
    const giveBack = cutLine();
    await app.user.click(screen.getByRole('link', { name: 'Security Devices' }));
    expect(await screen.findByText(/As soon as Picket answers/)).toBeTruthy();
    expect(reachNow().gone).toBe(true);
    giveBack();
    expect(await screen.findByRole('link', { name: 'Alpha' })).toBeTruthy();
  });

  test('before anybody is signed in, it waits and then opens', async () => {
    whole();
    const giveBack = cutLine();
    openAt('/settings/security-devices');
    expect(await screen.findByText('Trying again …')).toBeTruthy();
    giveBack();
    expect(await screen.findByRole('link', { name: 'Alpha' })).toBeTruthy();
  });

  test('a proxy that answers in its place is not the server', async () => {
    const { server } = whole();
    openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    server.on('GET /livez', { status: 502, raw: '<h1>Bad Gateway</h1>', headers: { 'content-type': 'text/html' } });
    act(() => {
      FakeEventSource.latest().fail(false);
    });
    expect(await screen.findByText(bar)).toBeTruthy();
    server.on('GET /livez', { body: {} });
    await barGone();
  });
});

describe('what breaks', () => {
  test('a section takes nothing else with it', async () => {
    const { server } = whole();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    // What comes after the first paint is tried a second time when it breaks, and the first time is told to the window.
    const told = vi.fn((event: Event) => {
      event.preventDefault();
    });
    window.addEventListener('error', told);
    onTestFinished(() => {
      window.removeEventListener('error', told);
    });
    const broken = makeDevice('z', 'Zeta');
    // Not what the contract says.
    (broken.attributes as unknown as { device_spec: unknown }).device_spec = null;
    (broken.attributes.status_details as unknown as { streams: unknown }).streams = 7;
    server.on('GET /api/v2/security_devices/z', { body: { data: broken, included: [] } });
    openAt('/settings/security-devices/z');
    const panel = await screen.findByRole('complementary');
    await within(panel).findAllByText('This part of the page broke');
    expect(screen.getByRole('link', { name: 'Alpha' })).toBeTruthy();
    expect(await within(panel).findByRole('heading', { name: 'History' })).toBeTruthy();
    expect(within(panel).getAllByRole('button', { name: 'Copy what happened' }).length).toBeGreaterThan(0);
  });

  test('a page that does not exist keeps a way on', async () => {
    whole();
    const app = openAt('/nowhere');
    expect(await screen.findByRole('heading', { name: 'There is no page at this address' })).toBeTruthy();
    await app.user.click(screen.getByRole('link', { name: 'Go to Home' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Home' })).toBeTruthy();
  });
});
