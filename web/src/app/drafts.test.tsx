import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { createBrowserHistory } from '@tanstack/react-router';
import { beforeEach, describe, expect, test } from 'vitest';
import { dropAllDrafts } from '@/data/session/drafts';
import { openAt, type TestApp } from '@/test/app';
import { makeDevice, problem, session, signedIn, type TestServer } from '@/test/server';
import { quoted } from '@/ui/announce';

const ended = { status: 401, body: problem('401', 'unauthorized', 'Your session has ended.') };
const bo = { ...session, user: { ...session.user, id: 'u2', email: 'bo@example.test', display_name: 'Bo Berg' }, csrf_token: 'csrf-2' };
const inspected = { ok: true, code: 'ok', sentence: 'Fine.', server: null, features: [], expires_at: null, proposals: {} };
const add = '/settings/security-devices?setupIntegration=1password';
const patch = 'PATCH /api/v2/security_devices/a';
const typed = (label: string) => screen.findByLabelText<HTMLInputElement>(label);

beforeEach(dropAllDrafts);

/** Somebody signed in, whose session ends with the next request to `route`. */
function endingAt(route: string): TestServer {
  return signedIn([makeDevice('a', 'Alpha')])
    .on('POST /api/v2/plugins/1password/inspect', { body: inspected })
    .on('DELETE /auth/v0/session', { status: 204 })
    .on(route, ended);
}

async function typeDevice(app: TestApp): Promise<void> {
  await app.user.type(await typed('Name'), 'Half typed');
  await app.user.type(screen.getByLabelText('Location'), 'Oslo');
  await app.user.click(screen.getByLabelText('API token'));
  await app.user.paste('aaa.bbb.ccc');
  await app.user.selectOptions(screen.getByLabelText('Server address'), 'https://events.1password.eu');
}

async function signInAgain(app: TestApp, email?: string): Promise<void> {
  const dialog = within(await screen.findByRole('dialog', { name: 'Sign in again' }));
  if (email !== undefined) {
    await app.user.clear(dialog.getByLabelText('Email'));
    await app.user.type(dialog.getByLabelText('Email'), email);
  }
  await app.user.type(dialog.getByLabelText('Password'), 'correct horse');
  await app.user.type(dialog.getByLabelText('One-time code'), '123456');
  await app.user.click(dialog.getByRole('button', { name: 'Sign in' }));
}

const asksBeforeUnload = (): boolean => !fireEvent(window, new Event('beforeunload', { cancelable: true }));

describe('what was typed and not saved', () => {
  test('goes when somebody signs out', async () => {
    const server = endingAt('GET /nothing').on('POST /auth/v0/session', { body: session });
    const app = openAt(add);
    await typeDevice(app);
    await app.user.click(screen.getByRole('button', { name: 'Profile of Ana Ruiz' }));
    server.on('GET /auth/v0/session', ended);
    await app.user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
    await app.user.type(await screen.findByLabelText('Email'), 'ana@example.test');
    await app.user.type(screen.getByLabelText('Password'), 'correct horse');
    await app.user.type(screen.getByLabelText('One-time code'), '123456');
    server.on('GET /auth/v0/session', { body: session });
    await app.user.click(screen.getByRole('button', { name: 'Sign in' }));
    await screen.findByRole('heading', { name: 'Home' });
    await app.user.click(screen.getByRole('link', { name: 'Security Devices' }));
    await app.user.click((await screen.findAllByRole('button', { name: 'Add Security Device' }))[0] as HTMLElement);
    await app.user.click(await screen.findByRole('link', { name: /1Password/ }));
    expect((await typed('Name')).value).toBe('');
    expect((await typed('API token')).value).toBe('');
  });

  test('stays when the same person signs in again, and goes when another does, also from the page on the screen', async () => {
    const server = endingAt('POST /api/v2/security_devices').on('POST /auth/v0/session', { body: session });
    const app = openAt(add);
    await typeDevice(app);
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    await signInAgain(app);
    expect(await screen.findByText('Your session has ended.')).toBeTruthy();
    expect((await typed('API token')).value).toBe('aaa.bbb.ccc');
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    server.on('POST /auth/v0/session', { body: bo });
    await signInAgain(app, 'bo@example.test');
    await screen.findByRole('button', { name: 'Profile of Bo Berg' });
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect((await typed('Name')).value).toBe('');
    expect((await typed('API token')).value).toBe('');
    // What Ana had asked for is not done in the name of Bo.
    expect(server.asked('POST /api/v2/security_devices')).toHaveLength(3);
  });

  test('is asked about before "Leave this page" loses it', async () => {
    const server = endingAt('POST /api/v2/security_devices').on('POST /auth/v0/session', { body: bo });
    const app = openAt(add);
    await typeDevice(app);
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Sign in again' }));
    await app.user.click(dialog.getByRole('button', { name: 'Leave this page' }));
    await app.user.click(await dialog.findByRole('button', { name: 'Keep it' }));
    expect((await typed('API token')).value).toBe('aaa.bbb.ccc');
    await app.user.click(dialog.getByRole('button', { name: 'Leave this page' }));
    server.on('GET /auth/v0/session', ended);
    await app.user.click(await dialog.findByRole('button', { name: 'Leave and lose it' }));
    await screen.findByRole('heading', { name: 'Sign in to Picket' });
    expect(asksBeforeUnload()).toBe(false);
    server.on('GET /auth/v0/session', { body: session });
    await app.user.type(screen.getByLabelText('Email'), 'ana@example.test');
    await app.user.type(screen.getByLabelText('Password'), 'correct horse');
    await app.user.type(screen.getByLabelText('One-time code'), '123456');
    await app.user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect((await typed('API token')).value).toBe('');
  });

  test('of a rule goes and stays alike', async () => {
    const server = endingAt('POST /api/v2/own_rules')
      .on('POST /api/v2/detection_rules/check', { body: { problems: [], rules: [] } })
      .on('POST /auth/v0/session', { body: session });
    const app = openAt('/detections/write');
    const editor = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: /rule/i });
    await app.user.type(await editor(), '# mine');
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    await signInAgain(app);
    expect(await screen.findByText('Your session has ended.')).toBeTruthy();
    expect((await editor()).value).toContain('# mine');
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    server.on('POST /auth/v0/session', { body: bo });
    await signInAgain(app, 'bo@example.test');
    await screen.findByRole('button', { name: 'Profile of Bo Berg' });
    await waitFor(async () => { expect((await editor()).value).not.toContain('# mine'); });
  });

  test('of a view that is given a name is kept while somebody signs in again', async () => {
    const account = 'PATCH /api/v2/user_accounts/u1';
    const server = endingAt(account)
      .on('GET /api/v2/user_accounts/u1', { body: { data: { attributes: { preferences: {} } } }, headers: { etag: '"1"' } })
      .on('POST /auth/v0/session', () => {
        server.on(account, { body: {} });
        return { body: session };
      });
    const app = openAt('/settings/security-devices?sort=-events');
    await app.user.click(await screen.findByRole('button', { name: 'Saved views' }));
    await app.user.type(await screen.findByLabelText('Save what is shown as'), 'Busy');
    await app.user.click(screen.getByRole('button', { name: 'Save view' }));
    await signInAgain(app);
    expect(await screen.findByText(`${quoted('Busy')} is saved.`)).toBeTruthy();
    expect(JSON.stringify(server.asked(account).at(-1)?.body)).toContain('"Busy"');
  });
});

describe('an edit that is not saved', () => {
  async function edit(history?: ReturnType<typeof createBrowserHistory>): Promise<TestApp> {
    const app = openAt('/settings/security-devices/a', history);
    await app.user.click(await screen.findByRole('button', { name: 'Edit Device' }));
    await app.user.type(await typed('Name'), ' 2');
    return app;
  }

  test('is asked about before the browser throws the page away, and only then', async () => {
    endingAt('GET /nothing');
    const app = await edit();
    expect(asksBeforeUnload()).toBe(true);
    await app.user.type(await typed('Name'), '{Backspace}{Backspace}');
    await waitFor(() => { expect(asksBeforeUnload()).toBe(false); });
  });

  test('is asked about when Back leads away from it', async () => {
    endingAt('GET /nothing');
    window.history.replaceState(null, '', '/settings/security-devices/a');
    const history = createBrowserHistory();
    try {
      const app = await edit(history);
      act(() => { window.history.back(); });
      await app.user.click(await screen.findByRole('button', { name: 'Go on editing' }));
      await waitFor(() => { expect(window.location.search).toBe('?edit=a'); });
      expect((await typed('Name')).value).toBe('Alpha 2');
      act(() => { window.history.back(); });
      await app.user.click(await screen.findByRole('button', { name: 'Discard' }));
      await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
      expect(window.location.pathname + window.location.search).toBe('/settings/security-devices/a');
      expect(asksBeforeUnload()).toBe(false);
    } finally {
      history.destroy();
    }
  });

  test('is kept when the sign-in ends, and saved after another', async () => {
    const server = endingAt(patch).on('POST /auth/v0/session', () => {
      server.on(patch, { body: { data: makeDevice('a', 'Alpha 2', {}, 2) } });
      return { body: session };
    });
    const app = await edit();
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    await signInAgain(app);
    expect(await screen.findByText(`${quoted('Alpha 2')} is saved.`)).toBeTruthy();
    expect(asksBeforeUnload()).toBe(false);
  });

  test('is asked about before "Leave this page" loses it', async () => {
    const server = endingAt(patch);
    const app = await edit();
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Sign in again' }));
    await app.user.click(dialog.getByRole('button', { name: 'Leave this page' }));
    server.on('GET /auth/v0/session', ended);
    await app.user.click(await dialog.findByRole('button', { name: 'Leave and lose it' }));
    expect(await screen.findByRole('heading', { name: 'Sign in to Picket' })).toBeTruthy();
  });
});
