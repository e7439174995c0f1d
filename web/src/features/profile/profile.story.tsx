import { screen, within } from '@testing-library/dom';
import type { UserEvent } from '@testing-library/user-event';
import { refused } from '@/gallery/server';
import { scenes } from '@/gallery/story';

const at = '/profile';

async function renew(user: UserEvent, steps: number): Promise<void> {
  await user.click(await screen.findByRole('button', { name: 'Renew second factor' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Renew second factor' }));
  if (steps < 2) return;
  await user.type(dialog.getByLabelText('Current password'), 'correct horse battery');
  await user.type(dialog.getByLabelText('One-time code'), '123456');
  await user.click(dialog.getByRole('button', { name: 'Continue' }));
  await dialog.findByRole('img', { name: 'QR code of the new second factor' });
  if (steps < 3) return;
  await user.type(dialog.getByRole('textbox', { name: /code/i }), '654321');
  await user.click(dialog.getByRole('button', { name: 'Confirm' }));
  await dialog.findByRole('list', { name: 'Recovery codes' });
}

export default scenes('Profile', {
  whole: { at, height: 1350 },
  'sign-ins that could not be loaded': { at, answers: { 'GET /api/v2/user_sessions': refused(500, 'internal', 'The store is busy. Try again in a moment.') } },
  'sign-ins still loading': { at, answers: { 'GET /api/v2/user_sessions': 'never' }, waits: true },
  'ending one': {
    at,
    play: async ({ user }) => {
      await user.click(await screen.findByRole('button', { name: /^End the sign-in of API client/ }));
      await screen.findByRole('dialog');
    },
  },
  'a password that is refused': {
    at,
    height: 1350,
    answers: { 'POST /auth/v0/password': refused(403, 'wrong_credentials', 'The password or the code is wrong.') },
    play: async ({ user }) => {
      await user.click(await screen.findByRole('button', { name: 'Change password' }));
      await user.type(screen.getByLabelText('Current password'), 'wrong');
      await user.type(screen.getByLabelText('One-time code'), '123456');
      await user.type(screen.getByLabelText('New password'), 'correct horse battery');
      await user.type(screen.getByLabelText('New password again'), 'correct horse battery');
      await user.click(screen.getByRole('button', { name: 'Change password' }));
      await screen.findByRole('alert');
    },
  },
  'a time zone by its place': {
    at,
    height: 1350,
    play: async ({ user }) => {
      await user.click(await screen.findByRole('button', { name: /^Time zone:/ }));
      await user.type(await screen.findByRole('combobox', { name: 'Search time zones' }), 'ar');
    },
  },
  'another factor, first step': { at, play: ({ user }) => renew(user, 1) },
  'another factor, second step': { at, play: ({ user }) => renew(user, 2) },
  'another factor, third step': { at, play: ({ user }) => renew(user, 3) },
});
