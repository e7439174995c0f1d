import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { UserSession } from '@/api/types';
import { openAt } from '@/test/app';
import { problem, session, signedIn, type TestServer } from '@/test/server';
import { absolute } from '@/ui/timeText';
import { findZones } from './ZonePicker';

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

function signIn(id: string, over: Partial<UserSession['attributes']> = {}): UserSession {
  return {
    type: 'user_sessions',
    id,
    attributes: {
      client_address: '192.0.2.1',
      created_at: minutesAgo(600),
      current: false,
      expires_at: minutesAgo(-600),
      kind: 'browser',
      last_used_at: minutesAgo(30),
      user_agent: chrome,
      ...over,
    },
    relationships: {},
    meta: { version: 1 },
  };
}

const three = () => [
  signIn('s2', { kind: 'api', user_agent: 'curl/8.5.0', last_used_at: minutesAgo(120) }),
  signIn('s3', { user_agent: chrome.replace('X11; Linux x86_64', 'Windows NT 10.0') }),
  signIn('s1', { current: true }),
];

function withProfile(signIns: UserSession[] = [signIn('s1', { current: true })]): TestServer {
  let left = signIns;
  const server = signedIn([]).on('GET /api/v2/user_sessions', () => ({ body: { data: left, meta: { page: { total: left.length } }, links: {} } }));
  for (const { id } of signIns) {
    server.on(`DELETE /api/v2/user_sessions/${id}`, () => {
      left = left.filter((one) => one.id !== id);
      return { status: 204 };
    });
  }
  return server;
}

/** The account as the server keeps it. */
function withAccount(server: TestServer): { stored: Record<string, unknown> } {
  const account = { stored: { kept_by: 'a script' } as Record<string, unknown> };
  server
    .on('GET /api/v2/user_accounts/u1', () => ({
      body: { data: { type: 'user_accounts', id: 'u1', attributes: { preferences: account.stored } } },
      headers: { etag: '"1"' },
    }))
    .on('PATCH /api/v2/user_accounts/u1', (call) => {
      account.stored = (call.body as { data: { attributes: { preferences: Record<string, unknown> } } }).data.attributes.preferences;
      return { body: { data: { type: 'user_accounts', id: 'u1', attributes: { preferences: account.stored } } } };
    });
  return account;
}

const rows = async (): Promise<HTMLElement[]> => {
  const region = await screen.findByRole('region', { name: 'Sign-ins' });
  await within(region).findByText('This one');
  return within(region).getAllByRole('listitem');
};

describe('sign-ins', () => {
  test('say what and where they are, the one in use first', async () => {
    withProfile(three());
    const app = openAt('/');
    await app.user.click(await screen.findByRole('button', { name: 'Profile of Ana Ruiz' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Profile' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Profile' })).toBeTruthy();
    expect(app.address()).toBe('/profile');
    const [first, second, third] = (await rows()).map((row) => row.textContent);
    expect(first).toContain('Chrome on Linux');
    expect(first).toContain('in use now');
    expect(second).toContain('Chrome on Windows');
    expect(second).toContain('used 30 min ago');
    expect(third).toContain('API client, curl');
    expect(third).toContain('192.0.2.1');
  });

  test('one is ended after a question; one that was over already counts as ended', async () => {
    const server = withProfile(three()).on('DELETE /api/v2/user_sessions/s3', { status: 404, body: problem('404', 'not_found', 'Gone.') });
    const app = openAt('/profile');
    await rows();
    expect(screen.queryByRole('button', { name: 'End the sign-in of Chrome on Linux' })).toBeNull();
    await app.user.click(screen.getByRole('button', { name: 'End the sign-in of Chrome on Windows' }));
    let dialog = await screen.findByRole('dialog', { name: 'End the sign-in of Chrome on Windows?' });
    await app.user.click(within(dialog).getByRole('button', { name: 'Keep it' }));
    expect(server.asked('DELETE /api/v2/user_sessions/s3')).toHaveLength(0);
    await app.user.click(screen.getByRole('button', { name: 'End the sign-in of Chrome on Windows' }));
    dialog = await screen.findByRole('dialog', { name: 'End the sign-in of Chrome on Windows?' });
    await app.user.click(within(dialog).getByRole('button', { name: 'End it' }));
    await waitFor(() => expect(screen.queryByText('Chrome on Windows')).toBeNull());
    expect(await screen.findByText('The sign-in of Chrome on Windows was ended.')).toBeTruthy();
  });

  test('all others are ended together, and a failure in between is told', async () => {
    const server = withProfile(three());
    server.on('DELETE /api/v2/user_sessions/s2', { status: 500, body: problem('500', 'internal', 'The store is busy.') });
    const app = openAt('/profile');
    await rows();
    await app.user.click(screen.getByRole('button', { name: 'End all others' }));
    const dialog = await screen.findByRole('dialog', { name: 'End 2 other sign-ins?' });
    await app.user.click(within(dialog).getByRole('button', { name: 'End them' }));
    expect((await within(dialog).findByRole('alert')).textContent).toContain('The store is busy.');
    server.on('DELETE /api/v2/user_sessions/s2', { status: 204 });
    await app.user.click(within(dialog).getByRole('button', { name: 'End them' }));
    expect(await screen.findByText('This one')).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole('button', { name: 'End all others' })).toBeNull());
    expect(server.asked('DELETE /api/v2/user_sessions/s1')).toHaveLength(0);
  });
});

describe('theme and zone', () => {
  test('hold at once, are saved beside what else is kept there, and follow a new sign-in', async () => {
    const server = withProfile();
    const account = withAccount(server);
    const app = openAt('/profile');
    await app.user.click(await screen.findByRole('button', { name: 'Dark' }));
    expect(document.documentElement.dataset['mantineColorScheme']).toBe('dark');
    await waitFor(() => expect(account.stored).toEqual({ kept_by: 'a script', theme: 'dark' }));
    await app.user.click(screen.getByRole('button', { name: /^Time zone: As the computer/ }));
    const field = await screen.findByRole('combobox', { name: 'Search time zones' });
    await app.user.type(field, 'kathm');
    const options = within(screen.getByRole('listbox', { name: 'Time zones' })).getAllByRole('option');
    expect(options.map((one) => one.textContent)).toEqual([expect.stringMatching(/Kat(h)?mandu/)]);
    expect(field.getAttribute('aria-activedescendant')).toBe(options[0]?.id);
    await app.user.keyboard('{Enter}');
    await waitFor(() => expect(account.stored['time_zone']).toMatch(/^Asia\/Kat/));
    expect(absolute('2026-01-01T00:00:00Z')).toBe('1 Jan 2026, 05:45:00');
    expect(screen.getByRole('button', { name: /^Time zone: Asia\/Kat/ })).toBeTruthy();

    server
      .on('DELETE /auth/v0/session', { status: 204 })
      .on('GET /auth/v0/session', { status: 401, body: problem('401', 'unauthorized', 'Sign in.') })
      .on('POST /auth/v0/session', () => ({ body: { ...session, user: { ...session.user, preferences: account.stored } } }));
    await app.user.click(screen.getByRole('button', { name: 'Profile of Ana Ruiz' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
    await screen.findByRole('heading', { name: 'Sign in to Picket' });
    expect(absolute('2026-01-01T00:00:00Z')).not.toContain('05:45');
    await app.user.type(screen.getByLabelText('Email'), 'ana@example.test');
    await app.user.type(screen.getByLabelText('Password'), 'x');
    await app.user.type(screen.getByLabelText('One-time code'), '123456');
    await app.user.click(screen.getByRole('button', { name: 'Sign in' }));
    await screen.findByRole('heading', { name: 'Connect your first device' });
    expect(absolute('2026-01-01T00:00:00Z')).toBe('1 Jan 2026, 05:45:00');
  });

  test('a failed save says so and the choice holds', async () => {
    const server = withProfile();
    const account = withAccount(server);
    server.on('PATCH /api/v2/user_accounts/u1', { status: 500, body: problem('500', 'internal', 'The disk is full.') });
    const app = openAt('/profile');
    await app.user.click(await screen.findByRole('button', { name: 'Light' }));
    expect(await screen.findByText('This holds on this page only; it could not be saved: The disk is full.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Light' }).getAttribute('aria-pressed')).toBe('true');
    expect(document.documentElement.dataset['mantineColorScheme']).toBe('light');
    // The next choice takes it along.
    withAccount(server);
    server.on('PATCH /api/v2/user_accounts/u1', (call) => {
      account.stored = (call.body as { data: { attributes: { preferences: Record<string, unknown> } } }).data.attributes.preferences;
      return { body: {} };
    });
    await app.user.click(screen.getByRole('button', { name: /^Time zone/ }));
    await app.user.type(await screen.findByRole('combobox', { name: 'Search time zones' }), 'utc{Enter}');
    await waitFor(() => expect(account.stored).toMatchObject({ theme: 'light', time_zone: 'UTC' }));
  });

  test('another tab follows at once', async () => {
    const server = withProfile();
    withAccount(server);
    const one = openAt('/profile');
    await one.user.click(await screen.findByRole('button', { name: 'Dark' }));
    const other = openAt('/settings/egress-addresses');
    await screen.findByRole('heading', { name: 'Egress addresses' });
    await one.user.click(screen.getByRole('button', { name: 'Light' }));
    await waitFor(() => expect(other.client.getQueryData<typeof session>(['session'])?.user.preferences).toMatchObject({ theme: 'light' }));
    expect(document.documentElement.dataset['mantineColorScheme']).toBe('light');
  });

  test('zones are found by city, and a beginning comes first', () => {
    const names = ['America/New_York', 'America/Indiana/Knox', 'Europe/Oslo', 'Asia/Novosibirsk', 'Australia/Sydney'];
    expect(findZones(names, 'new york')).toEqual(['America/New_York']);
    expect(findZones(names, 'os')).toEqual(['Europe/Oslo', 'Asia/Novosibirsk']);
    expect(findZones(names, '')).toEqual(names);
    expect(findZones(names, 'xx')).toEqual([]);
  });
});

describe('the password', () => {
  const fill = async (app: ReturnType<typeof openAt>, again = 'a new long one'): Promise<void> => {
    await app.user.click(await screen.findByRole('button', { name: 'Change password' }));
    await app.user.type(screen.getByLabelText('Current password'), 'old');
    await app.user.type(screen.getByLabelText('One-time code'), ' 123456 ');
    await app.user.type(screen.getByLabelText('New password'), 'a new long one');
    await app.user.type(screen.getByLabelText('New password again'), again);
    await app.user.click(screen.getByRole('button', { name: 'Change password' }));
  };

  test('is changed, and that is said', async () => {
    const server = withProfile().on('POST /auth/v0/password', { status: 204 });
    const app = openAt('/profile');
    await fill(app);
    expect(await screen.findByText('Your password is changed. Every other sign-in of yours has ended.')).toBeTruthy();
    expect(server.asked('POST /auth/v0/password')[0]?.body).toEqual({ current_password: 'old', otp: '123456', new_password: 'a new long one' });
    expect(screen.queryByLabelText('New password')).toBeNull();
  });

  test('a slip in the repetition is not sent', async () => {
    const server = withProfile();
    const app = openAt('/profile');
    await fill(app, 'another');
    expect(await screen.findByText('This differs from the new password.')).toBeTruthy();
    expect(server.asked('POST /auth/v0/password')).toHaveLength(0);
  });

  test('a refusal keeps what was typed, but for the used code; one about the new password lands there', async () => {
    const server = withProfile().on('POST /auth/v0/password', { status: 403, body: problem('403', 'wrong_credentials', 'Password or code is wrong.') });
    const app = openAt('/profile');
    await fill(app);
    expect((await screen.findByRole('alert')).textContent).toBe('Password or code is wrong.');
    expect(screen.getByLabelText<HTMLInputElement>('Current password').value).toBe('old');
    expect(screen.getByLabelText<HTMLInputElement>('One-time code').value).toBe('');
    server.on('POST /auth/v0/password', { status: 400, body: problem('400', 'invalid', 'At least 12 characters.', '/new_password') });
    await app.user.type(screen.getByLabelText('One-time code'), '654321');
    await app.user.click(screen.getByRole('button', { name: 'Change password' }));
    await waitFor(() => expect(screen.getByLabelText('New password').getAttribute('aria-invalid')).toBe('true'));
    expect(screen.getByText('At least 12 characters.')).toBeTruthy();
  });
});

describe('the second factor', () => {
  const offer = (expires: number) => ({
    secret: 'JBSWY3DPEHPK3PXP',
    otpauth_uri: 'otpauth://totp/x',
    qr: { size: 29, path: 'M4 4h1v1h-1z' },
    expires_at: new Date(Date.now() + expires).toISOString(),
  });

  const begin = async (app: ReturnType<typeof openAt>): Promise<HTMLElement> => {
    await app.user.click(await screen.findByRole('button', { name: 'Renew second factor' }));
    const dialog = await screen.findByRole('dialog', { name: 'Renew second factor' });
    await app.user.type(within(dialog).getByLabelText('Current password'), 'old');
    await app.user.type(within(dialog).getByLabelText('One-time code'), '123456');
    await app.user.click(within(dialog).getByRole('button', { name: 'Continue' }));
    return dialog;
  };

  test('is renewed in three steps; the codes do not vanish by a slip', async () => {
    let tries = 0;
    withProfile()
      .on('POST /auth/v0/factor', { body: offer(600_000) })
      .on('POST /auth/v0/factor/confirm', () => {
        tries += 1;
        return tries === 1 ? { status: 403, body: problem('403', 'wrong_credentials', 'The code is wrong.') } : { body: { recovery_codes: ['aaaa-1111', 'bbbb-2222'] } };
      });
    const app = openAt('/profile');
    const dialog = await begin(app);
    const qr = await within(dialog).findByRole('img', { name: 'QR code of the new second factor' });
    expect(qr.getAttribute('viewBox')).toBe('0 0 29 29');
    expect(qr.querySelector('path')?.getAttribute('d')).toBe('M4 4h1v1h-1z');
    expect(within(dialog).getByText('JBSW Y3DP EHPK 3PXP')).toBeTruthy();
    await app.user.click(within(dialog).getByRole('button', { name: 'Copy the secret' }));
    expect(await navigator.clipboard.readText()).toBe('JBSWY3DPEHPK3PXP');
    await app.user.type(within(dialog).getByLabelText('Code of the new factor'), '000000');
    await app.user.click(within(dialog).getByRole('button', { name: 'Confirm' }));
    expect((await within(dialog).findByRole('alert')).textContent).toBe('The code is wrong.');
    await app.user.clear(within(dialog).getByLabelText('Code of the new factor'));
    await app.user.type(within(dialog).getByLabelText('Code of the new factor'), '111111');
    await app.user.click(within(dialog).getByRole('button', { name: 'Confirm' }));
    const codes = await within(dialog).findByRole('list', { name: 'Recovery codes' });
    expect(within(codes).getAllByRole('listitem').map((one) => one.textContent)).toEqual(['aaaa-1111', 'bbbb-2222']);
    await app.user.keyboard('{Escape}');
    expect(within(dialog).getByRole('list', { name: 'Recovery codes' })).toBeTruthy();
    await app.user.click(within(dialog).getByRole('button', { name: 'Copy' }));
    await waitFor(async () => expect(await navigator.clipboard.readText()).toBe('aaaa-1111\nbbbb-2222'));
    expect(within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Done' }).disabled).toBe(true);
    await app.user.click(within(dialog).getByLabelText('I have kept these codes'));
    await app.user.click(within(dialog).getByRole('button', { name: 'Done' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  test('an offer that has ended says that nothing was changed', async () => {
    withProfile().on('POST /auth/v0/factor', { body: offer(-3_600_000) });
    const app = openAt('/profile');
    const dialog = await begin(app);
    expect((await within(dialog).findByRole('alert')).textContent).toContain('Nothing was changed');
    await app.user.click(within(dialog).getByRole('button', { name: 'Begin again' }));
    expect(await within(dialog).findByLabelText('Current password')).toBeTruthy();
  });
});
