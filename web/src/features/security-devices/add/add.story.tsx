import { screen, waitFor } from '@testing-library/dom';
import type { UserEvent } from '@testing-library/user-event';
import { refused } from '@/gallery/server';
import { scenes } from '@/gallery/story';

const picker = '/settings/security-devices/add';
const at = '/settings/security-devices?setupIntegration=1password';
const height = 1050;
const inspect = 'POST /api/v2/plugins/*/inspect';
const read = { server: 'events.1password.eu', features: ['auditevents', 'itemusages', 'signinattempts'], expires_at: null, issued_at: null, account_uuid: 'NZQ', last_four: 'b77z', fingerprint: '1', proposals: { server: 'https://events.1password.eu' } };
const good = { body: { ...read, ok: true, code: 'ok', sentence: 'A token of events.1password.eu for three event kinds. It never expires.' } };
const wrong = { body: { ...read, features: [], proposals: {}, server: null, ok: false, code: 'wrong_token_kind', sentence: 'This is a service account token. Picket needs a token of an Events Reporting integration.' } };
const check = (name: string, sentence: string) => ({ name, ok: true, code: 'ok', sentence });
const passed = { body: { ok: true, code: 'ok', sentence: 'Connected. All three event kinds can be read.', checks: [check('token', 'It is an Events API token.'), check('connection', 'events.1password.com answers in 84 ms.'), check('auditevents', 'Can be read.')], server: null, account_uuid: null, features: [], expires_at: null, duration_ms: 84 } };

async function fill(user: UserEvent, token: string): Promise<void> {
  await user.type(await screen.findByLabelText('Name'), '1Password, Oslo office');
  await user.type(screen.getByLabelText('Location'), 'Oslo');
  await user.click(screen.getByLabelText('API token'));
  await user.paste(token);
  // What the token says chooses the server address.
  await screen.findAllByText(/It never expires|service account token/);
}

export default [
  ...scenes('Choosing a technology', {
    'all of them': { at: picker },
    'nothing found': { at: picker, play: ({ user }) => user.type(screen.getByLabelText('Search technology'), 'zzz خزنة') },
    'still loading': { at: picker, answers: { 'GET /api/v2/plugins': 'never' }, waits: true },
    'could not be loaded': { at: picker, answers: { 'GET /api/v2/plugins': refused(500, 'internal', 'The store is busy. Try again in a moment.') } },
  }),
  ...scenes('Adding', {
    'as it opens': { at, height, play: () => screen.findByLabelText('API token') },
    'nothing filled in': { at, height, play: async ({ user }) => user.click(await screen.findByRole('button', { name: 'Save' })) },
    'a good token': {
      at,
      height,
      answers: { [inspect]: good },
      play: async ({ user }) => {
        await fill(user, 'x.y.z');
        await screen.findByText(/It never expires/);
      },
    },
    'a wrong kind of token': {
      at,
      height,
      answers: { [inspect]: wrong },
      play: async ({ user }) => {
        await fill(user, 'ops_eyJzaWduSW5BZGRyZXNzIjoi');
        await screen.findAllByText(/service account token/);
      },
    },
    'a test that passed': {
      at,
      height: 1350,
      answers: { [inspect]: good, 'POST /api/v2/plugins/*/test': passed },
      play: async ({ user }) => {
        await fill(user, 'x.y.z');
        await user.click(screen.getByRole('button', { name: 'Test connection' }));
        await screen.findByText('Connected. All three event kinds can be read.');
      },
    },
    'the name is taken': {
      at,
      height,
      answers: { [inspect]: good, 'POST /api/v2/security_devices': refused(409, 'conflict', 'Another device already has this name.', '/data/attributes/name') },
      play: async ({ user }) => {
        await fill(user, 'x.y.z');
        await user.click(screen.getByRole('button', { name: 'Save' }));
        await waitFor(() => screen.getByText('Another device already has this name.'));
      },
    },
    'a technology that Picket does not know': { at: '/settings/security-devices?setupIntegration=abacus' },
  }),
];
