import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { makeDevice, problem, session, signedIn, TestServer } from '@/test/server';

const refused = { status: 401, body: problem('401', 'unauthorized', 'Email, password or code is wrong.') };

async function fillAndSend(user: ReturnType<typeof openAt>['user'], code: string): Promise<void> {
  await user.type(await screen.findByLabelText('Email'), 'ana@example.test');
  await user.type(screen.getByLabelText('Password'), 'correct horse');
  await user.type(screen.getByLabelText('One-time code'), code);
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
}

describe('signing in', () => {
  test('a deep link survives it, and a recovery code goes the same way', async () => {
    const server = signedIn([makeDevice('d1', 'Sales')])
      .on('GET /auth/v0/session', { status: 401, body: problem('401', 'unauthorized', 'Sign in.') })
      .on('POST /auth/v0/session', { body: session });
    const app = openAt('/settings/security-devices/d1?status=healthy');
    await fillAndSend(app.user, 'abcd-efgh');
    expect(await screen.findByRole('complementary', { name: 'Sales' })).toBeTruthy();
    expect(app.address()).toBe('/settings/security-devices/d1?status=healthy');
    expect(server.asked('POST /auth/v0/session')[0]?.body).toEqual({
      username: 'ana@example.test',
      password: 'correct horse',
      otp: 'abcd-efgh',
    });
  });

  test("the server's sentence is shown and what was typed stays", async () => {
    new TestServer().on('GET /auth/v0/session', refused).on('POST /auth/v0/session', refused);
    const app = openAt('/');
    await fillAndSend(app.user, '123456');
    expect((await screen.findByRole('alert')).textContent).toBe('Email, password or code is wrong.');
    expect(screen.getByLabelText<HTMLInputElement>('Email').value).toBe('ana@example.test');
    expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('correct horse');
  });

  test('a link cannot lead to another site', async () => {
    signedIn([]).on('GET /auth/v0/session', refused).on('POST /auth/v0/session', { body: session });
    const app = openAt('/sign-in?next=%2F%2Fevil.example%2F');
    await fillAndSend(app.user, '123456');
    await screen.findByRole('heading', { name: 'Connect your first device' });
    expect(app.address()).toBe('/');
  });
});

test('a session that ends in the middle asks for a sign-in over the page and goes on with what was typed', async () => {
  const server = signedIn([]).on('POST /auth/v0/session', { body: { ...session, csrf_token: 'csrf-2' } });
  let expired = true;
  server.on('POST /api/v2/security_devices', (call) => {
    if (expired) return { status: 401, body: problem('401', 'unauthorized', 'Your session has ended.') };
    expect(call.headers.get('x-csrf-token')).toBe('csrf-2');
    return { status: 201, body: { data: makeDevice('d9', 'Typed before') } };
  });
  server.on('POST /api/v2/plugins/1password/inspect', {
    body: { ok: true, code: 'ok', sentence: 'Fine.', server: null, features: [], expires_at: null, proposals: {} },
  });
  const app = openAt('/settings/security-devices?setupIntegration=1password');
  await app.user.type(await screen.findByLabelText('Name'), 'Typed before');
  await app.user.type(screen.getByLabelText('Location'), 'Oslo');
  await app.user.type(screen.getByLabelText('API token'), 'a.b.c');
  await app.user.selectOptions(screen.getByLabelText('Server address'), 'https://events.1password.eu');
  await app.user.click(screen.getByRole('button', { name: 'Save' }));
  const dialog = await screen.findByRole('dialog', { name: 'Sign in again' });
  expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('Typed before');
  expired = false;
  await app.user.type(within(dialog).getByLabelText('Password'), 'correct horse');
  await app.user.type(within(dialog).getByLabelText('One-time code'), '123456');
  await app.user.click(within(dialog).getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText(/Typed before\u2069\u201d is saved/)).toBeTruthy();
  expect(server.asked('POST /api/v2/security_devices')).toHaveLength(2);
});

test('signing out ends at the sign-in page', async () => {
  const server = signedIn([]).on('DELETE /auth/v0/session', { status: 204 });
  const app = openAt('/settings/security-devices');
  await app.user.click(await screen.findByRole('button', { name: 'Profile of Ana Ruiz' }));
  server.on('GET /auth/v0/session', refused);
  await app.user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
  expect(await screen.findByRole('heading', { name: 'Sign in to Picket' })).toBeTruthy();
  expect(server.asked('DELETE /auth/v0/session')[0]?.headers.get('x-csrf-token')).toBe('csrf-1');
});

test('an unreachable server is said so, and another try works', async () => {
  const server = signedIn([makeDevice('d1', 'Sales')]).on('GET /auth/v0/session', { status: 503, body: {} });
  const app = openAt('/settings/security-devices');
  expect(await screen.findByText('Picket does not answer')).toBeTruthy();
  server.on('GET /auth/v0/session', { body: session });
  await app.user.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(screen.getByRole('heading', { name: 'Security Devices' })).toBeTruthy());
});
