import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { quoted } from '@/ui/announce';
import { describe, expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { makeDevice, signedIn } from '@/test/server';
import { rowNames, three } from '@/test/devices';

describe('the menu beside the name', () => {
  test('has the five actions; Pause turns into Resume', async () => {
    const server = signedIn(three()).on('PATCH /api/v2/security_devices/a', (call) => {
      const { paused } = (call.body as { data: { attributes: { paused: boolean } } }).data.attributes;
      return { body: { data: makeDevice('a', 'Alpha', { paused }, 2) } };
    });
    const app = openAt('/settings/security-devices');
    await app.user.click(await screen.findByRole('button', { name: 'Actions for Alpha' }));
    const items = (await screen.findAllByRole('menuitem')).map((item) => item.textContent);
    expect(items).toEqual(['View details', 'Edit', 'Test now', 'Pause', 'Delete']);
    await app.user.click(screen.getByRole('menuitem', { name: 'Pause' }));
    expect(await screen.findByText('Paused')).toBeTruthy();
    expect(await screen.findByText(`${quoted('Alpha')} is paused.`)).toBeTruthy();
    expect(server.asked('PATCH /api/v2/security_devices/a')[0]?.headers.get('x-csrf-token')).toBe('csrf-1');
    await app.user.click(screen.getByRole('button', { name: 'Actions for Alpha' }));
    expect(await screen.findByRole('menuitem', { name: 'Resume' })).toBeTruthy();
  });

  test('has the focus as soon as it is there, so that no key is lost or closes it; Tab goes on from its button', async () => {
    signedIn(three());
    openAt('/settings/security-devices');
    const button = await screen.findByRole('button', { name: 'Actions for Alpha' });
    button.focus();
    fireEvent.click(button);
    expect(document.activeElement).toBe(screen.getByRole('menuitem', { name: 'View details' }));
    fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(screen.getByRole('menuitem', { name: 'Edit' }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(document.activeElement).toBe(screen.getByRole('menuitem', { name: 'Edit' }));
    // The browser takes the focus on from there.
    fireEvent.keyDown(document.activeElement as Element, { key: 'Tab' });
    expect(screen.queryByRole('menuitem')).toBeNull();
    expect(document.activeElement).toBe(button);
  });

  test('its arrow closes it again; the arrow of another row opens that row\'s', async () => {
    signedIn(three());
    const app = openAt('/settings/security-devices');
    const button = await screen.findByRole('button', { name: 'Actions for Alpha' });
    await app.user.click(button);
    await app.user.click(button);
    expect(screen.queryByRole('menuitem')).toBeNull();
    expect(document.activeElement).toBe(button);
    await app.user.click(button);
    await app.user.click(screen.getByRole('button', { name: /^Actions for Beta/ }));
    expect(screen.getByRole('menu', { name: /^Actions for Beta/ })).toBeTruthy();
  });

  test('Test now shows each check with its sentence', async () => {
    signedIn(three()).on('POST /api/v2/security_devices/a/test', {
      body: {
        ok: false,
        code: 'unauthorized',
        sentence: 'Not authorised: the token was revoked.',
        checks: [
          { name: 'connection', ok: true, code: 'ok', sentence: 'The server answers.' },
          { name: 'authorization', ok: false, code: 'unauthorized', sentence: 'The token is refused.' },
          { name: 'auditevents', ok: null, code: 'skipped', sentence: 'Not tried.' },
        ],
      },
    });
    const app = openAt('/settings/security-devices');
    await app.user.click(await screen.findByRole('button', { name: 'Actions for Alpha' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Test now' }));
    const dialog = await screen.findByRole('dialog', { name: `Test of ${quoted('Alpha')}` });
    expect(await within(dialog).findByText('Not authorised: the token was revoked.')).toBeTruthy();
    expect(within(dialog).getByLabelText('Failed').closest('li')?.textContent).toBe('Authorization. The token is refused.');
    expect(within(dialog).getByLabelText('Not checked').closest('li')?.textContent).toContain('Audit events.');
    await app.user.click(within(dialog).getByRole('button', { name: 'Replace token' }));
    await waitFor(() => { expect(app.address()).toContain('edit=a'); });
  });

  test('Delete says what is lost, what goes blind and what is kept, and deletes only when the name is typed', async () => {
    const rule = (n: number, state = 'running') => ({ id: `r${String(n)}`, title: `Rule ${String(n)}`, level: 'high', state, enabled: true, alerts: true, matches_24h: 0, matches_7d: 0, matches_30d: n, last_match_at: null, tactics: [] });
    const server = signedIn(three())
      .on('DELETE /api/v2/security_devices/a', { status: 204 })
      .on('GET /api/v2/security_devices/a/detections', { body: { rules: [rule(1), rule(2), rule(3), rule(4, 'new'), rule(5, 'off')], tactics_watched: [], tactics_blind: [] } });
    const app = openAt('/settings/security-devices');
    await app.user.click(await screen.findByRole('button', { name: 'Actions for Alpha' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Delete' }));
    const dialog = await screen.findByRole('dialog', { name: `Delete ${quoted('Alpha')}?` });
    expect(dialog.textContent).toContain('Lost: its API token');
    expect(dialog.textContent).toContain('Kept: the events stored so far, what rules found in them, and its history.');
    expect(await within(dialog).findByText('4 rules that watch it: Rule 4, Rule 3, Rule 2 and 1 more. They stay in force for other devices.')).toBeTruthy();
    expect(within(dialog).getByText('Audit events, Item usage events (15 events in 24 h)')).toBeTruthy();
    const remove = within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Delete' });
    const name = within(dialog).getByLabelText(/This cannot be undone/);
    expect(document.activeElement).toBe(name);
    await app.user.type(name, 'Alph{Enter}');
    expect(remove.disabled).toBe(true);
    expect(server.asked('DELETE /api/v2/security_devices/a')).toHaveLength(0);
    server.on('GET /api/v2/security_devices', { body: { data: three().slice(1), meta: { page: { total: 2 } } } });
    await app.user.type(name, 'a ');
    await app.user.click(remove);
    await waitFor(() => { expect(rowNames()).toEqual(['Beta', 'Gamma']); });
  });

  test('rules that could not be asked for are told, and do not keep anybody from deleting', async () => {
    signedIn(three());
    const app = openAt('/settings/security-devices');
    await app.user.click(await screen.findByRole('button', { name: 'Actions for Alpha' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Delete' }));
    const dialog = within(await screen.findByRole('dialog', { name: /^Delete/ }));
    expect(await dialog.findByText(/^Which rules watch it could not be loaded\./)).toBeTruthy();
    await app.user.type(dialog.getByLabelText(/This cannot be undone/), 'Alpha');
    expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Delete' }).disabled).toBe(false);
  });
});
