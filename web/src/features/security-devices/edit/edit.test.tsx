import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { ana, makeDevice, problem, signedIn } from '@/test/server';

const patch = 'PATCH /api/v2/security_devices/a';
const secret = 'PATCH /api/v2/secrets/security_device-a';
const dialog = () => screen.findByRole('dialog', { name: 'Edit Alpha' });
const stale = { status: 412, body: problem('412', 'stale', 'Somebody else changed this device.') };
const inspected = { ok: true, code: 'ok', sentence: 'Fine.', server: null, features: [], expires_at: null, proposals: {} };

describe('editing', () => {
  test('an address of no device says so, and leads out', async () => {
    signedIn([makeDevice('a', 'Alpha')]).on('GET /api/v2/security_devices/x', { status: 404, body: problem('404', 'not_found', 'There is none.') });
    const app = openAt('/settings/security-devices?edit=x');
    const box = within(await screen.findByRole('dialog'));
    expect(await box.findByRole('heading', { name: 'This device does not exist' })).toBeTruthy();
    expect(box.queryByRole('button', { name: 'Try again' })).toBeNull();
    await app.user.click(box.getByRole('button', { name: 'Close the form' }));
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(app.address()).not.toContain('edit=');
  });

  test('sends only what changed, with the version that was seen', async () => {
    const server = signedIn([makeDevice('a', 'Alpha', {}, 7)]).on(patch, { body: { data: makeDevice('a', 'Alpha 2', {}, 8) } });
    const app = openAt('/settings/security-devices/a');
    await app.user.click(await screen.findByRole('button', { name: 'Edit Device' }));
    const box = await dialog();
    await app.user.type(await within(box).findByLabelText('Name'), ' 2');
    await app.user.click(within(box).getByRole('button', { name: 'Save' }));
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    const [call] = server.asked(patch);
    expect(call?.headers.get('if-match')).toBe('"7"');
    expect((call?.body as { data: { attributes: unknown } }).data.attributes).toEqual({ name: 'Alpha 2' });
    expect(server.asked(secret)).toHaveLength(0);
  });

  test('a stale edit shows what the other changed and keeps what was typed', async () => {
    const server = signedIn([makeDevice('a', 'Alpha', {}, 1)]).on(patch, stale);
    const app = openAt('/settings/security-devices?edit=a');
    const box = await dialog();
    const name = await within(box).findByLabelText<HTMLInputElement>('Name');
    await app.user.type(name, ' mine');
    server.on('GET /api/v2/security_devices/a', {
      body: { data: makeDevice('a', 'Alpha theirs', { location: 'Bergen' }, 5), included: [ana] },
      headers: { etag: '"5"' },
    });
    await app.user.click(within(box).getByRole('button', { name: 'Save' }));
    const answer = await within(box).findByRole('alert');
    expect(answer.textContent).toContain('Ana Ruiz changed this device');
    expect(within(answer).getByRole('row', { name: 'Name Alpha Alpha theirs Alpha mine' })).toBeTruthy();
    expect(within(answer).getByRole('row', { name: 'Location Oslo Bergen Oslo' })).toBeTruthy();
    expect(name.value).toBe('Alpha mine');
    // Untouched fields lean to theirs, typed ones to mine.
    await app.user.click(within(answer).getByRole('button', { name: 'Go on with this choice' }));
    expect(within(box).getByLabelText<HTMLInputElement>('Location').value).toBe('Bergen');
    expect(name.value).toBe('Alpha mine');
    server.on(patch, { body: { data: makeDevice('a', 'Alpha mine', { location: 'Bergen' }, 6) } });
    await app.user.click(within(box).getByRole('button', { name: 'Save' }));
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    const last = server.asked(patch).at(-1);
    expect(last?.headers.get('if-match')).toBe('"5"');
    expect((last?.body as { data: { attributes: unknown } }).data.attributes).toEqual({ name: 'Alpha mine' });
  });

  test('a device that somebody deleted meanwhile: said so, what was typed stays', async () => {
    signedIn([makeDevice('a', 'Alpha', {}, 1)]).on(patch, { status: 404, body: problem('404', 'not_found', 'The security device "Alpha" was deleted.') });
    const app = openAt('/settings/security-devices?edit=a');
    const box = await dialog();
    const name = await within(box).findByLabelText<HTMLInputElement>('Name');
    await app.user.type(name, ' mine');
    await app.user.click(within(box).getByRole('button', { name: 'Save' }));
    expect((await within(box).findByRole('alert')).textContent).toContain('This device was deleted');
    expect(name.value).toBe('Alpha mine');
    expect(within(box).getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
  });

  test('a version that moved without touching these fields is no conflict', async () => {
    const server = signedIn([makeDevice('a', 'Alpha', {}, 1)]).on(patch, (call) =>
      call.headers.get('if-match') === '"1"' ? stale : { body: { data: makeDevice('a', 'Alpha 2', {}, 3) } },
    );
    const app = openAt('/settings/security-devices?edit=a');
    const box = await dialog();
    await app.user.type(await within(box).findByLabelText('Name'), ' 2');
    server.on('GET /api/v2/security_devices/a', { body: { data: makeDevice('a', 'Alpha', {}, 2) }, headers: { etag: '"2"' } });
    await app.user.click(within(box).getByRole('button', { name: 'Save' }));
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(server.asked(patch).map((call) => call.headers.get('if-match'))).toEqual(['"1"', '"2"']);
  });

  test('a token of another account is asked about first', async () => {
    const server = signedIn([makeDevice('a', 'Alpha')])
      .on('POST /api/v2/plugins/1password/inspect', { body: inspected })
      .on(secret, (call) => {
        const { attributes } = (call.body as { data: { attributes: Record<string, unknown> } }).data;
        return attributes['accept_other_account'] === true
          ? { body: { data: { type: 'secrets', id: 'x', attributes: {} } } }
          : { status: 409, body: problem('409', 'account_mismatch', 'The token belongs to another account.') };
      });
    const app = openAt('/settings/security-devices?edit=a');
    const box = await dialog();
    await app.user.click(await within(box).findByLabelText('API token'));
    await app.user.paste('x.y.z');
    await app.user.click(within(box).getByRole('button', { name: 'Save' }));
    expect(await within(box).findByText('The token belongs to another account.')).toBeTruthy();
    await app.user.click(within(box).getByRole('button', { name: 'Use the other account' }));
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(server.asked(secret).map((call) => (call.body as { data: { attributes: unknown } }).data.attributes)).toEqual([
      { secret: { device_info: { api_token: 'x.y.z' } } },
      { secret: { device_info: { api_token: 'x.y.z' } }, accept_other_account: true },
    ]);
    expect(server.asked(patch)).toHaveLength(0);
  });

  test('a pasted token never changes the stored server by itself', async () => {
    const server = signedIn([makeDevice('a', 'Alpha')])
      .on('POST /api/v2/plugins/1password/inspect', {
        body: { ...inspected, proposals: { server: 'https://events.1password.eu' } },
      })
      .on(secret, { body: { data: { type: 'secrets', id: 'x', attributes: {} } } });
    const app = openAt('/settings/security-devices?edit=a');
    const box = await dialog();
    await app.user.click(await within(box).findByLabelText('API token'));
    await app.user.paste('x.y.z');
    expect(await within(box).findByRole('button', { name: 'Use https://events.1password.eu' })).toBeTruthy();
    expect(within(box).queryByText('Fine.')).toBeNull();
    expect(within(box).getByLabelText<HTMLSelectElement>('Server address').value).toBe('https://events.1password.com');
    await app.user.click(within(box).getByRole('button', { name: 'Save' }));
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(server.asked(patch)).toHaveLength(0);
  });

  test('reading again says its cost before it starts', async () => {
    const server = signedIn([makeDevice('a', 'Alpha')])
      .on('GET /api/v2/security_devices/a/reread', {
        body: { start_time: 'x', requests: 42, seconds: 9, sentence: 'About 42 requests, 9 s.' },
      })
      .on('POST /api/v2/security_devices/a/reread', { status: 202, body: {} });
    const app = openAt('/settings/security-devices?edit=a');
    const box = await dialog();
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const button = await within(box).findByRole('button', { name: 'Read again' });
    expect(button).toHaveProperty('disabled', true);
    await app.user.type(within(box).getByLabelText('Read again from'), day);
    expect(await within(box).findByText('About 42 requests, 9 s.')).toBeTruthy();
    await app.user.click(button);
    await waitFor(() => { expect(server.asked('POST /api/v2/security_devices/a/reread')).toHaveLength(1); });
  });

  test.each(['2026-02-31', '2027-02-29', 'the other day'])('reading again does not take what is no day for one: %s', async (text) => {
    const server = signedIn([makeDevice('a', 'Alpha')]);
    const app = openAt('/settings/security-devices?edit=a');
    const box = within(await dialog());
    const button = await box.findByRole<HTMLButtonElement>('button', { name: 'Read again' });
    const field = box.getByLabelText<HTMLInputElement>('Read again from');
    await app.user.type(field, text);
    await app.user.tab();
    expect(field.value).toBe(text);
    expect(box.getByText('Write a day like 17 Nov 2026.')).toBeTruthy();
    expect(button.disabled).toBe(true);
    expect(server.asked('GET /api/v2/security_devices/a/reread')).toHaveLength(0);
  });

  test('closing with changes asks first', async () => {
    signedIn([makeDevice('a', 'Alpha')]);
    const app = openAt('/settings/security-devices?edit=a');
    const box = await dialog();
    const name = await within(box).findByLabelText('Name');
    // It opens where the work is, not on its cross.
    await waitFor(() => { expect(document.activeElement).toBe(name); });
    await app.user.type(name, 'x');
    await app.user.keyboard('{Escape}');
    await app.user.click(await within(box).findByRole('button', { name: 'Go on editing' }));
    expect(within(box).getByLabelText<HTMLInputElement>('Name').value).toBe('Alphax');
    await app.user.click(within(box).getByRole('button', { name: 'Cancel' }));
    await app.user.click(await within(box).findByRole('button', { name: 'Discard' }));
    await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
  });
});
