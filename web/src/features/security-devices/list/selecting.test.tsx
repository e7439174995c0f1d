import { act, screen, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { makeDevice, problem, signedIn } from '@/test/server';
import { FakeEventSource } from '@/test/setup';

describe('selecting', () => {
  const five = () => ['Alpha', 'Beta', 'Delta', 'Epsilon', 'Gamma'].map((name) => makeDevice(name.toLowerCase(), name));
  const box = (name: string): HTMLInputElement => screen.getByRole('checkbox', { name: `Select ${name}` });
  const chosen = (): string[] => five().map((device) => device.attributes.name).filter((name) => box(name).checked);

  test('by click, by range with Shift, all, and none with Esc', async () => {
    signedIn(five());
    const app = openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    await app.user.click(box('Beta'));
    await app.user.keyboard('{Shift>}');
    await app.user.click(box('Epsilon'));
    await app.user.keyboard('{/Shift}');
    expect(chosen()).toEqual(['Beta', 'Delta', 'Epsilon']);
    const bar = screen.getByRole('toolbar', { name: 'Selected devices' });
    expect(within(bar).getByText('3 selected')).toBeTruthy();
    await app.user.click(box('all devices'));
    expect(chosen()).toHaveLength(5);
    await app.user.keyboard('{Escape}');
    expect(chosen()).toEqual([]);
    expect(screen.queryByRole('toolbar')).toBeNull();
  });

  test('all leaves out what is struck out as deleted, and so do a range and a deletion of what was selected', async () => {
    const server = signedIn(five());
    for (const { id, attributes } of five()) server.on(`PATCH /api/v2/security_devices/${id}`, { body: { data: makeDevice(id, attributes.name, { paused: true }, 2) } });
    const app = openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    const gone = (id: string): void => {
      act(() => {
        FakeEventSource.latest().say('change', { type: 'security_devices', id, deleted: true, data: null });
      });
    };
    gone('beta');
    await screen.findByText('Deleted');
    await app.user.click(box('all devices'));
    expect(await screen.findByText('4 selected')).toBeTruthy();
    expect(box('all devices').checked).toBe(true);
    await app.user.click(box('all devices'));
    expect(chosen()).toEqual([]);
    await app.user.click(box('Alpha'));
    await app.user.keyboard('{Shift>}');
    await app.user.click(box('Epsilon'));
    await app.user.keyboard('{/Shift}');
    expect(chosen()).toEqual(['Alpha', 'Delta', 'Epsilon']);
    gone('delta');
    expect(await screen.findByText('2 selected')).toBeTruthy();
    await app.user.click(within(screen.getByRole('toolbar')).getByRole('button', { name: 'Pause' }));
    expect(await within(await screen.findByRole('dialog')).findByText('2 devices paused')).toBeTruthy();
    expect(server.calls.filter((call) => call.method === 'PATCH').map((call) => call.path.split('/').at(-1))).toEqual(['alpha', 'epsilon']);
  });

  test('with the keyboard alone', async () => {
    signedIn(five());
    const app = openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    await app.user.keyboard('jj');
    expect(document.activeElement?.textContent).toBe('Beta');
    await app.user.keyboard('x{Shift>}{ArrowDown}{/Shift}');
    expect(document.activeElement?.textContent).toBe('Delta');
    expect(chosen()).toEqual(['Beta', 'Delta']);
    await app.user.keyboard('k{Enter}');
    expect(await screen.findByRole('complementary', { name: 'Beta' })).toBeTruthy();
  });

  test('what a filter hides is not acted upon', async () => {
    signedIn(five());
    const app = openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    await app.user.click(box('Alpha'));
    await app.user.click(box('Beta'));
    await app.user.type(screen.getByLabelText('Search devices'), 'alpha');
    expect(await screen.findByText('1 selected')).toBeTruthy();
  });

  test('a pause of several tells what came of each, and failed ones can be tried again', async () => {
    let broken = true;
    const server = signedIn(five());
    for (const device of five()) {
      server.on(`PATCH /api/v2/security_devices/${device.id}`, () =>
        broken && device.id === 'beta'
          ? { status: 409, body: problem('409', 'conflict', 'Beta is being deleted.') }
          : { body: { data: makeDevice(device.id, device.attributes.name, { paused: true }, 2) } },
      );
    }
    const app = openAt('/settings/security-devices');
    await screen.findByRole('link', { name: 'Alpha' });
    await app.user.click(box('Alpha'));
    await app.user.click(box('Beta'));
    await app.user.click(within(screen.getByRole('toolbar')).getByRole('button', { name: 'Pause' }));
    const dialog = await screen.findByRole('dialog', { name: 'Pause 2 devices' });
    expect(await within(dialog).findByText('1 device paused, 1 failed')).toBeTruthy();
    const results = within(dialog).getAllByRole('listitem');
    expect(results.map((one) => one.textContent)).toEqual(['BetaBeta is being deleted.', 'Alpha']);
    broken = false;
    await app.user.click(within(dialog).getByRole('button', { name: 'Try 1 again' }));
    expect(await within(dialog).findByText('1 device paused')).toBeTruthy();
    expect(server.asked('PATCH /api/v2/security_devices/alpha')).toHaveLength(1);
    expect(server.asked('PATCH /api/v2/security_devices/beta')).toHaveLength(2);
  });
});
