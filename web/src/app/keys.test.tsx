import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt } from '@/test/app';
import { makeDevice, signedIn } from '@/test/server';

const three = () => [makeDevice('a', 'Alpha'), makeDevice('b', 'Beta'), makeDevice('c', 'Gamma')];

const told = async (app: ReturnType<typeof openAt>): Promise<Record<string, string>> => {
  await app.user.keyboard('?');
  const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  const lines = within(dialog)
    .getAllByRole('term')
    .map((term) => [term.nextElementSibling?.textContent ?? '', [...term.children].map((key) => key.textContent).join(' ')] as const);
  await app.user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  return Object.fromEntries(lines);
};

test('`?` tells the keys of what is on the screen', async () => {
  signedIn(three());
  const app = openAt('/settings/security-devices');
  await screen.findByRole('link', { name: 'Alpha' });
  const list = await told(app);
  expect(list).toMatchObject({
    'Search in the list': '/',
    'Next and previous row': 'j k',
    'Select on the way to the next or previous row': 'J K',
    'Add a filter': 'f',
    'Show these keys': '?',
    'Search and commands': 'Ctrl K',
  });
  expect(list['Previous and next device']).toBeUndefined();
  // Those of a panel are told before one is open.
  expect(list).toMatchObject({ 'Previous and next one of the list': '[ ]', 'Close the panel': 'Esc' });
  await app.user.click(screen.getByRole('link', { name: 'Alpha' }));
  await screen.findByRole('complementary', { name: 'Alpha' });
  const panel = await told(app);
  expect(panel).toMatchObject({ 'Previous and next device': '[ ]', 'Close the panel': 'Esc' });
  expect(panel['Previous and next one of the list']).toBeUndefined();
});

test('no key fires while somebody types', async () => {
  signedIn(three());
  const app = openAt('/settings/security-devices/a');
  await screen.findByRole('complementary', { name: 'Alpha' });
  const field = screen.getByRole<HTMLInputElement>('searchbox', { name: 'Search devices' });
  await app.user.click(field);
  await app.user.keyboard('jkxf?[[]');
  expect(field.value).toBe('jkxf?[]');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(app.address()).toMatch(/^\/settings\/security-devices\/a/);
  // Nor in what only looks like a field.
  const text = document.createElement('div');
  text.setAttribute('contenteditable', 'true');
  text.tabIndex = 0;
  document.body.append(text);
  text.focus();
  await app.user.keyboard('?');
  expect(screen.queryByRole('dialog')).toBeNull();
  text.remove();
});

test('under a dialog the page has no keys', async () => {
  signedIn(three());
  const app = openAt('/settings/security-devices/a');
  await screen.findByRole('complementary', { name: 'Alpha' });
  await app.user.keyboard('?');
  await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  await app.user.keyboard(']');
  expect(app.address()).toBe('/settings/security-devices/a');
  await app.user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(app.address()).toBe('/settings/security-devices/a');
  await app.user.keyboard(']');
  await screen.findByRole('complementary', { name: 'Beta' });
});
